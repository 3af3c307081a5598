// Where in the order of keys a page lies (tree.h): for pages that cannot be read.
#include <utility>

#include "vos/page.h"
#include "vos/page_cache.h"
#include "vos/tree.h"

namespace firn::vos {

namespace {
std::string separator(Page page, uint32_t slot) {
  return std::string(page.prefix()).append(page.suffix(slot));
}
}  // namespace

Faultable<std::optional<KeyRange>> Tree::range_of(PageId wanted) { return range_beneath(root_, {}, wanted); }

Faultable<std::optional<KeyRange>> Tree::range_beneath(PageId at, KeyRange range, PageId wanted) {
  if (at == wanted) return range;
  const auto [bytes, frame] = pages_.look_up(at);
  if (frame == nullptr) return std::unexpected(Fault{at});
  const Page page(bytes);
  if (page.level() == 0) return std::nullopt;
  for (uint32_t slot = 0; slot < page.count(); slot++) {
    KeyRange child{slot == 0 ? range.begin : separator(page, slot),
                   slot + 1 < page.count() ? separator(page, slot + 1) : range.end};
    if (page.child(slot) == wanted) return child;
    if (page.level() == 1) continue;
    FIRN_TRY(auto found, range_beneath(page.child(slot), std::move(child), wanted));
    if (found) return found;
  }
  return std::nullopt;
}

Faultable<bool> Tree::go_behind(PageId wanted, std::string& key) {
  std::string end;
  for (PageId at = root_; at != wanted;) {
    const auto [bytes, frame] = pages_.look_up(at);
    if (frame == nullptr) return std::unexpected(Fault{at});
    const Page page(bytes);
    if (page.level() == 0) {
      if (page.lower_bound(key).slot < page.count()) return true;  // the tree has changed
      if (end.empty()) return false;
      key = std::exchange(end, {});  // the search came to the page from its neighbour
      at = root_;
      continue;
    }
    const uint32_t slot = page.child_slot(key);
    if (slot + 1 < page.count()) end = separator(page, slot + 1);
    at = page.child(slot);
  }
  key = end;
  return !end.empty();
}

}  // namespace firn::vos

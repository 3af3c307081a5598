// Moving through the tree (tree.h). A cursor keeps the whole path, because pages do not know their
// neighbours.
#include <cstring>

#include "base/assert.h"
#include "vos/page.h"
#include "vos/page_cache.h"
#include "vos/tree.h"

namespace firn::vos {

namespace {
Page page_of(const TreePath::Step& step) { return Page(step.page); }
}  // namespace

Faultable<bool> Tree::Cursor::seek(std::string_view key) {
  at_entry_ = false;
  if (auto found = tree_->descend(key, path_); !found.has_value()) return std::unexpected(found.error());
  const Page leaf = page_of(path_.leaf());
  path_.leaf().slot = leaf.lower_bound(key).slot;
  if (path_.leaf().slot < leaf.count()) return place(true);
  return step_to_next_leaf();
}

Faultable<bool> Tree::Cursor::seek_before(std::string_view key) {
  at_entry_ = false;
  if (auto found = tree_->descend(key, path_); !found.has_value()) return std::unexpected(found.error());
  const uint32_t slot = page_of(path_.leaf()).lower_bound(key).slot;
  if (slot == 0) return step_to_previous_leaf();
  path_.leaf().slot = slot - 1;
  return place(true);
}

Faultable<bool> Tree::Cursor::next() {
  check();
  if (path_.leaf().slot + 1 >= page_of(path_.leaf()).count()) return step_to_next_leaf();
  path_.leaf().slot++;
  return true;
}

Faultable<bool> Tree::Cursor::previous() {
  check();
  if (path_.leaf().slot == 0) return step_to_previous_leaf();
  path_.leaf().slot--;
  return true;
}

Faultable<bool> Tree::Cursor::step_to_next_leaf() {
  TreePath path = path_;
  for (path.depth--; path.depth > 0; path.depth--) {
    TreePath::Step& step = path.leaf();
    if (step.slot + 1 >= page_of(step).count()) continue;
    step.slot++;
    if (auto found = descend_side(path, Side::first); !found.has_value())
      return std::unexpected(found.error());
    path_ = path;
    return place(true);
  }
  return place(false);
}

Faultable<bool> Tree::Cursor::step_to_previous_leaf() {
  TreePath path = path_;
  for (path.depth--; path.depth > 0; path.depth--) {
    TreePath::Step& step = path.leaf();
    if (step.slot == 0) continue;
    step.slot--;
    if (auto found = descend_side(path, Side::last); !found.has_value())
      return std::unexpected(found.error());
    path_ = path;
    return place(true);
  }
  return place(false);
}

namespace {
// The first slot from `slot` on whose child may hold something newer; the count if there is none.
uint32_t newer_child(Page page, uint32_t slot, Epoch since) {
  while (slot < page.count() && page.child_epoch(slot) <= since) slot++;
  return slot;
}
}  // namespace

Faultable<bool> Tree::Cursor::seek_newer(std::string_view key, Epoch since) {
  at_entry_ = false;
  path_.depth = 0;
  for (PageId page = tree_->root();;) {
    const auto [bytes, frame] = tree_->pages_.look_up(page);
    if (frame == nullptr) return std::unexpected(Fault{page});
    const Page view(bytes);
    const bool leaf = view.level() == 0;
    path_.steps[path_.depth++] = {frame, bytes, leaf ? view.lower_bound(key).slot : view.child_slot(key)};
    const uint32_t slot = path_.leaf().slot;
    if (leaf && slot < view.count()) return place(true);
    if (leaf || view.child_epoch(slot) <= since) return step_to_newer_leaf(path_, since);
    page = view.child(slot);
  }
}

Faultable<bool> Tree::Cursor::next_newer(Epoch since) {
  check();
  if (path_.leaf().slot + 1 >= page_of(path_.leaf()).count()) return step_to_newer_leaf(path_, since);
  path_.leaf().slot++;
  return true;
}

Faultable<bool> Tree::Cursor::step_to_newer_leaf(TreePath path, Epoch since) {
  if (page_of(path.leaf()).level() == 0) path.depth--;
  bool entered = false;  // the last step's page was just entered: its first child has not been looked at
  while (path.depth > 0) {
    TreePath::Step& step = path.leaf();
    const Page page = page_of(step);
    step.slot = newer_child(page, entered ? 0 : step.slot + 1, since);
    entered = step.slot < page.count();
    if (!entered) {
      path.depth--;
      continue;
    }
    const auto [bytes, frame] = tree_->pages_.look_up(page.child(step.slot));
    if (frame == nullptr) return std::unexpected(Fault{page.child(step.slot)});
    path.steps[path.depth++] = {frame, bytes, 0};
    if (Page(bytes).level() > 0) continue;
    path_ = path;
    return place(true);
  }
  return place(false);
}

Faultable<void> Tree::Cursor::descend_side(TreePath& path, Side side) {
  for (;;) {
    const Page parent = page_of(path.leaf());
    const PageId child = parent.child(path.leaf().slot);
    const auto [bytes, frame] = tree_->pages_.look_up(child);
    if (frame == nullptr) return std::unexpected(Fault{child});
    const Page page(bytes);
    FIRN_ASSERT(page.level() + 1 == parent.level());
    FIRN_ASSERT(page.count() > 0);
    path.steps[path.depth++] = {frame, bytes, side == Side::first ? 0 : page.count() - 1};
    if (page.level() == 0) return {};
  }
}

bool Tree::Cursor::place(bool at_entry) {
  at_entry_ = at_entry;
  version_ = tree_->version();
  key_prefix_bytes_ = kNoPrefix;
  return at_entry;
}

void Tree::Cursor::check() const {
  FIRN_ASSERT(at_entry_);
  FIRN_ASSERT(version_ == tree_->version());
}

std::string_view Tree::Cursor::key() const {
  check();
  const Page leaf = page_of(path_.leaf());
  const std::string_view suffix = leaf.suffix(path_.leaf().slot);
  if (leaf.prefix_bytes() == 0) return suffix;
  if (key_prefix_bytes_ == kNoPrefix) {  // entries of one leaf differ behind the prefix only
    key_prefix_bytes_ = leaf.prefix_bytes();
    key_.reserve(key_prefix_bytes_ + suffix.size());
    key_.assign(leaf.prefix());
  }
  key_.resize(key_prefix_bytes_);
  return key_.append(suffix);
}

int Tree::Cursor::compare(std::string_view other) const {
  check();
  return page_of(path_.leaf()).compare(path_.leaf().slot, other);
}

bool Tree::Cursor::starts_with(std::string_view prefix) const {
  check();
  return page_of(path_.leaf()).starts_with(path_.leaf().slot, prefix);
}

std::string_view Tree::Cursor::value() const {
  check();
  return page_of(path_.leaf()).value(path_.leaf().slot);
}

Lsn Tree::Cursor::lsn() const {
  check();
  return path_.leaf().frame->lsn;
}

}  // namespace firn::vos

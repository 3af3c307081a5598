// Tree: searching, inserting with splits, erasing with merges; see tree.h.
#include "vos/tree.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/endian.h"
#include "vos/page.h"
#include "vos/page_build.h"
#include "vos/page_cache.h"

namespace firn::vos {

namespace {

// A page that has less than this in use is merged with a neighbour, if both together take at most
// kMergedBytesMax: far enough apart that a page does not go back and forth between split and merge.
constexpr uint32_t kUnderfullBytes = kPageBytes / 3;
constexpr uint32_t kMergedBytesMax = kPageBytes * 7 / 10;

// A page of a large index is not in the processor's caches. A search would wait for its header, then for one
// slot after the other; asked for in one go the lines come together. Inner pages have shorter entries, so
// more slots.
void prefetch_slots(const std::byte* page, uint8_t parent_level) {
  constexpr uint32_t kLineBytes = 64;
  const uint32_t bytes = parent_level == 1 ? 1280 : 2560;
  for (uint32_t i = 0; i < bytes; i += kLineBytes) __builtin_prefetch(page + i);
}

// A child reference as the value of an inner page's entry.
struct ChildValue {
  explicit ChildValue(const Frame& frame) {
    store_little<uint64_t>(bytes, frame.id.value);
    store_little<uint64_t>(bytes + sizeof(uint64_t), Page(frame.page).newest_epoch().value);
  }
  std::string_view text() const { return {bytes, sizeof bytes}; }
  char bytes[kPageChildBytes];
};

}  // namespace

struct Tree::Scratch {
  std::vector<PageEntry> entries;
  alignas(64) std::byte page[kPageBytes];
};

Tree::Tree(PageCache& pages) : pages_(pages), scratch_(std::make_unique<Scratch>()) {}
Tree::~Tree() = default;

void Tree::create() {
  Frame& frame = pages_.allocate();
  Page::format(frame.page, frame.id, 0);
  root_ = frame.id;
  changes_++;
}

// --- Searching -----------------------------------------------------------------------------------

// Says so from the parent, which has just been searched, where it can: an operation that asked for its leaf
// does not wait for it yet.
bool Tree::in_last_leaf(std::string_view key) const {
  if (last_version_ != version()) return false;
  const Page leaf(last_.leaf().page);
  if (key < last_key_ && (leaf.count() == 0 || leaf.compare(0, key) > 0)) return false;
  if (last_.depth < 2) return true;
  const TreePath::Step& parent = last_.steps[last_.depth - 2];
  const Page inner(parent.page);
  if (parent.slot + 1 < inner.count()) return inner.compare(parent.slot + 1, key) > 0;
  return leaf.count() > 0 && leaf.compare(leaf.count() - 1, key) >= 0;
}

Faultable<void> Tree::descend(std::string_view key, TreePath& path) {
  if (in_last_leaf(key)) {
    path = last_;
    return {};
  }
  path.depth = 0;
  uint8_t parent_level = 0;
  for (PageId page = root_;;) {
    const auto [bytes, frame] = pages_.look_up(page);
    if (frame == nullptr) return std::unexpected(Fault{page});
    if (parent_level > 0) prefetch_slots(bytes, parent_level);
    const Page view(bytes);
    const uint8_t level = view.level();
    if (path.depth > 0) FIRN_ASSERT(level + 1 == parent_level);
    FIRN_ASSERT(path.depth < kTreeLevelsMax);
    TreePath::Step& step = path.steps[path.depth++];
    step.frame = frame;
    step.page = bytes;
    if (level == 0) break;
    step.slot = view.child_slot(key);
    page = view.child(step.slot);
    parent_level = level;
  }
  remember(path, key);
  return {};
}

void Tree::remember(const TreePath& path, std::string_view key) {
  last_key_ = key;
  keep_last(path);
}

void Tree::keep_last(const TreePath& path) {
  last_ = path;
  last_version_ = version();
}

void Tree::prefetch(std::string_view key) {
  if (in_last_leaf(key)) return;
  TreePath path;
  PageCache::Resident at = pages_.look_up(root_);
  while (at.frame != nullptr) {
    FIRN_ASSERT(path.depth + 1 < kTreeLevelsMax);
    const Page inner(at.page);
    const uint8_t level = inner.level();
    if (level == 0) return;  // the root
    const uint32_t slot = inner.child_slot(key);
    path.steps[path.depth++] = {at.frame, at.page, slot};
    at = pages_.look_up(inner.child(slot));
    if (at.frame == nullptr) return;
    prefetch_slots(at.page, level);
    if (level > 1) continue;
    path.steps[path.depth++] = {at.frame, at.page, 0};  // not even the header of the leaf is read
    return remember(path, key);
  }
}

Faultable<void> Tree::prepare(std::string_view key) {
  TreePath path;
  FIRN_CHECK(descend(key, path));
  Page(path.leaf().page).prefetch_for_insert();
  return {};
}

Faultable<std::optional<std::string_view>> Tree::find_view(std::string_view key) {
  TreePath path;
  if (auto found = descend(key, path); !found.has_value()) return std::unexpected(found.error());
  const Page leaf(path.leaf().page);
  const Page::Position position = leaf.lower_bound(key);
  if (!position.exact) return std::nullopt;
  return leaf.value(position.slot);
}

Faultable<std::optional<std::string>> Tree::find(std::string_view key) {
  const auto found = find_view(key);
  if (!found.has_value()) return std::unexpected(found.error());
  if (!found->has_value()) return std::nullopt;
  return std::string(**found);
}

bool Tree::descend_prepared(std::string_view key, TreePath& path) {
  const bool resident = descend(key, path).has_value();
  FIRN_ASSERT(resident);
  const Page::Position position = Page(path.leaf().page).lower_bound(key);
  path.leaf().slot = position.slot;
  return position.exact;
}

// --- Inserting -----------------------------------------------------------------------------------

void Tree::insert(std::string_view key, std::string_view value, Epoch epoch, Lsn lsn) {
  FIRN_ASSERT(key.size() <= kTreeKeyBytesMax);
  FIRN_ASSERT(value.size() <= kTreeValueBytesMax);
  TreePath path;
  const bool exists = descend_prepared(key, path);
  changes_++;
  for (uint32_t i = 0; i < path.depth; i++) {
    Frame& frame = *path.steps[i].frame;
    pages_.make_writable(frame);
    path.steps[i].page = frame.page;
    Page(frame.page).raise_epoch(epoch);
    if (i + 1 < path.depth) Page(frame.page).raise_child_epoch(path.steps[i].slot, epoch);
  }
  Frame& leaf = *path.leaf().frame;
  leaf.lsn = std::max(leaf.lsn, lsn);
  const uint32_t slot = path.leaf().slot;
  if (exists) {
    if (Page(leaf.page).replace_value(slot, value)) return keep_last(path);
    Page(leaf.page).erase(slot);
  }
  if (Page(leaf.page).insert(slot, key, value)) return keep_last(path);
  insert_rebuilding(path, path.depth - 1, {slot, key, value});
}

void Tree::insert_at(TreePath& path, uint32_t step, const NewEntry& entry) {
  Page page(path.steps[step].frame->page);
  if (!page.insert(entry.slot, entry.key, entry.value)) insert_rebuilding(path, step, entry);
}

void Tree::insert_rebuilding(TreePath& path, uint32_t step, const NewEntry& entry) {
  Frame& frame = *path.steps[step].frame;
  const uint8_t level = Page(frame.page).level();
  auto& entries = scratch_->entries;
  entries.clear();
  collect_entries(Page(frame.page), entries);
  entries.insert(entries.begin() + entry.slot, PageEntry{{}, entry.key, entry.value});
  if (built_bytes(entries, level) <= kPageBytes) return rebuild(frame, 0, entries.size());

  const size_t split = choose_split(entries, level, entry.slot);
  Frame& right = pages_.allocate();
  right.lsn = frame.lsn;
  build_page(right.page, {right.id, level, Page(frame.page).newest_epoch()},
             PageEntries(entries).subspan(split));
  // Where an inner page is split the separator goes up; the right page's first entry no longer has a key.
  const std::string separator =
      level > 0 ? entries[split].key() : shortest_separator(entries[split - 1], entries[split]);
  rebuild(frame, 0, split);
  const ChildValue child(right);
  if (step == 0) return grow_root(separator, child.text());
  insert_at(path, step - 1, {path.steps[step - 1].slot + 1, separator, child.text()});
}

void Tree::rebuild(Frame& frame, size_t begin, size_t end) {
  const Page old(frame.page);
  const PageIdentity identity{old.id(), old.level(), old.newest_epoch()};
  build_page(scratch_->page, identity, PageEntries(scratch_->entries).subspan(begin, end - begin));
  std::memcpy(frame.page, scratch_->page, kPageBytes);
}

void Tree::grow_root(std::string_view separator, std::string_view right) {
  Frame* const left = pages_.find(root_);
  FIRN_ASSERT(left != nullptr);
  const Page old(left->page);
  Frame& root = pages_.allocate();
  Page::format(root.page, root.id, static_cast<uint8_t>(old.level() + 1));
  Page page(root.page);
  page.raise_epoch(old.newest_epoch());
  page.append({}, ChildValue(*left).text());
  page.append(separator, right);
  root_ = root.id;
}

// --- Erasing -------------------------------------------------------------------------------------

bool Tree::erase(std::string_view key) {
  TreePath path;
  if (!descend_prepared(key, path)) return false;
  changes_++;
  Frame& leaf = *path.leaf().frame;
  pages_.make_writable(leaf);
  Page(leaf.page).erase(path.leaf().slot);
  shrink(path, path.depth - 1);
  return true;
}

void Tree::shrink(TreePath& path, uint32_t step) {
  if (step == 0) return shrink_root();
  Frame& frame = *path.steps[step].frame;
  const Page page(frame.page);
  if (page.count() > 0 && page.used_bytes() >= kUnderfullBytes) return;
  Frame& parent = *path.steps[step - 1].frame;
  const uint32_t slot = path.steps[step - 1].slot;
  if (page.count() == 0) {
    pages_.make_writable(parent);
    Page(parent.page).erase(slot);
    pages_.free(frame);
    return shrink(path, step - 1);
  }
  if (merge_children(parent, slot) || (slot > 0 && merge_children(parent, slot - 1))) shrink(path, step - 1);
}

bool Tree::merge_children(Frame& parent, uint32_t left_slot) {
  const Page parent_page(parent.page);
  if (left_slot + 1 >= parent_page.count()) return false;
  Frame* const left = pages_.find(parent_page.child(left_slot));
  Frame* const right = pages_.find(parent_page.child(left_slot + 1));
  if (left == nullptr || right == nullptr) return false;
  const Page right_page(right->page);
  if (Page(left->page).used_bytes() + right_page.used_bytes() > kMergedBytesMax) return false;

  auto& entries = scratch_->entries;
  entries.clear();
  collect_entries(Page(left->page), entries);
  const size_t left_count = entries.size();
  collect_entries(right_page, entries);
  if (right_page.level() > 0) {  // its first entry has its key in the parent
    entries[left_count].key_begin = parent_page.prefix();
    entries[left_count].key_rest = parent_page.suffix(left_slot + 1);
  }
  // A prefix that only one of them had may make them larger together.
  if (built_bytes(entries, right_page.level()) > kMergedBytesMax) return false;

  // Entries point into pages as they were: making a page writable may move it, but keeps the bytes it had.
  pages_.make_writable(*left);
  Page(left->page).raise_epoch(right_page.newest_epoch());
  rebuild(*left, 0, entries.size());
  left->lsn = std::max(left->lsn, right->lsn);
  pages_.make_writable(parent);
  Page(parent.page).raise_child_epoch(left_slot, right_page.newest_epoch());
  Page(parent.page).erase(left_slot + 1);
  pages_.free(*right);
  return true;
}

void Tree::shrink_root() {
  for (;;) {
    Frame* const frame = pages_.find(root_);
    if (frame == nullptr) return;  // the only child of the root before; is looked at again at the next erase
    const Page page(frame->page);
    if (page.level() == 0 || page.count() > 1) return;
    if (page.count() == 0) {
      const Epoch epoch = page.newest_epoch();
      pages_.make_writable(*frame);
      Page::format(frame->page, root_, 0);
      return Page(frame->page).raise_epoch(epoch);
    }
    root_ = page.child(0);
    pages_.free(*frame);
  }
}

}  // namespace firn::vos

// Tree: the store's index, a B+tree of pages with byte-string keys. Synchronous: what needs a page that is
// not in memory returns Fault{page} before anything changed; the caller loads it (PageCache::load) and starts
// over.
//
// Invariants: all leaves are at level 0; a child's level is its parent's minus one. Entry i of an inner page
// leads to the keys from its separator (entry 0: from the page's own lower bound) up to the next entry's
// separator. A leaf is empty only if it is the root. A page's newest epoch is at least that of every change
// beneath it, and its parent's entry for it says the same. Pages have no links to their neighbours, so that a
// page can move without touching others: cursors step through parents.
//
// Belongs to its store's thread.
#pragma once

#include <algorithm>
#include <array>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/epoch.h"
#include "vos/lsn.h"
#include "vos/page_cache.h"

namespace firn::vos {

struct Fault {
  PageId page;
};
// A value, or the page that is missing. FIRN_TRY and FIRN_CHECK pass the fault up.
template <class T>
class [[nodiscard]] Faultable : public std::expected<T, Fault> {
 public:
  using Base = std::expected<T, Fault>;
  using Base::Base;
  Faultable() = default;
  Faultable(Fault fault) : Base(std::unexpect, fault) {}
};

constexpr size_t kTreeKeyBytesMax = 5120;  // two keys of 2048, escaped in the common case
constexpr size_t kTreeValueBytesMax = 1280;
constexpr size_t kTreeLevelsMax = 32;  // an inner page has at least two entries when it splits: never reached

// The way from the root to a leaf's entry; the last step is the leaf's (an inner page's while the path is
// being made). The frames are valid until a page is loaded or the tree changes.
struct TreePath {
  struct Step {
    Frame* frame;
    std::byte* page;  // its bytes, until the tree changes
    uint32_t slot;    // of the child taken; in the leaf, of the entry (may be one behind the last)
  };
  std::array<Step, kTreeLevelsMax> steps;  // root first; not initialised beyond `depth`: mostly not needed
  uint32_t depth = 0;

  TreePath() {}  // NOLINT(modernize-use-equals-default): value initialisation would zero all steps
  TreePath(const TreePath& other) : depth(other.depth) { copy_steps(other); }
  TreePath& operator=(const TreePath& other) {
    depth = other.depth;
    copy_steps(other);
    return *this;
  }
  Step& leaf() { return steps[depth - 1]; }
  const Step& leaf() const { return steps[depth - 1]; }

 private:
  void copy_steps(const TreePath& other) { std::copy_n(other.steps.begin(), other.depth, steps.begin()); }
};

// Keys from `begin` on up to but without `end`; empty: the outermost.
struct KeyRange {
  std::string begin;
  std::string end;
};

class Tree {
 public:
  explicit Tree(PageCache& pages);
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  // Starts an empty tree: its root is a fresh leaf.
  void create();
  // Continues the tree of a checkpoint.
  void open(PageId root) { root_ = root; }
  // Changes when the root splits or has one child left: part of each checkpoint, read at its point.
  PageId root() const { return root_; }

  // Asks for the memory that a search for `key` will wait for, as far as its pages are resident: whoever has
  // something else to do before the search calls this first.
  void prefetch(std::string_view key);
  // Makes resident all that insert or erase of `key` needs. Later prepares and the changes that follow in the
  // same synchronous step do not evict it.
  Faultable<void> prepare(std::string_view key);
  // Precondition: `key` was prepared in this synchronous step. Replaces the value of an existing key. `epoch`
  // raises the newest epoch of the pages on the path, `lsn` the position the log must be durable up to before
  // a reader may see it. `key` and `value` do not point into pages.
  void insert(std::string_view key, std::string_view value, Epoch epoch, Lsn lsn);
  // Precondition as insert. False if there was no such key.
  bool erase(std::string_view key);
  Faultable<std::optional<std::string>> find(std::string_view key);
  // As find, without a copy: the view is valid until the next change of the tree or load of a page.
  Faultable<std::optional<std::string_view>> find_view(std::string_view key);

  // The keys that a page is there for; nothing if the tree has no such page. Looks at all inner pages.
  Faultable<std::optional<KeyRange>> range_of(PageId page);
  // `key` becomes the first key behind those of a page that a search for it faulted at and that cannot be
  // loaded. False if there is none.
  Faultable<bool> go_behind(PageId page, std::string& key);

  // A position at an entry of the tree. Valid until the next change of the tree or load of a page: seek again
  // then (asserted). A fault of next or previous leaves the position as it was. Reuse a cursor where
  // possible: it keeps its key's buffer.
  class Cursor {
   public:
    explicit Cursor(Tree& tree) : tree_(&tree) {}
    // To the first entry >= key; false if there is none.
    Faultable<bool> seek(std::string_view key);
    // To the last entry < key; false if there is none.
    Faultable<bool> seek_before(std::string_view key);
    // As seek, but passes over pages that hold nothing newer than `since`, without loading them: all entries
    // it skips were inserted with epochs at or below. Entries of the pages that are left may be as old.
    Faultable<bool> seek_newer(std::string_view key, Epoch since);
    // Precondition of all below: the cursor is at an entry. After false it is no longer.
    Faultable<bool> next();
    Faultable<bool> previous();
    Faultable<bool> next_newer(Epoch since);  // passes over pages as seek_newer does
    std::string_view key() const;             // until the cursor moves
    // As comparisons of key(), without putting it together.
    int compare(std::string_view other) const;
    bool starts_with(std::string_view prefix) const;
    std::string_view value() const;  // until the tree changes or a page is loaded
    // The log position up to which changes of the entry's page may reach.
    Lsn lsn() const;
    // The entry's leaf and its slot there, for walks that pass over many entries of a leaf; the bytes are
    // valid until the tree changes or a page is loaded. move_to: to another entry of the leaf.
    struct InLeaf {
      std::byte* page;
      uint32_t slot;
    };
    InLeaf in_leaf() const {
      check();
      return {path_.leaf().page, path_.leaf().slot};
    }
    void move_to(uint32_t slot) { path_.leaf().slot = slot; }

   private:
    // To the first (last) entry of the leaf behind (before) the current one.
    Faultable<bool> step_to_next_leaf();
    Faultable<bool> step_to_previous_leaf();
    // To the first entry of the next leaf behind `path` that may hold something newer.
    Faultable<bool> step_to_newer_leaf(TreePath path, Epoch since);
    enum class Side : uint8_t { first, last };
    // Completes a path whose last step is in an inner page, taking the outermost child on the way to a leaf.
    Faultable<void> descend_side(TreePath& path, Side side);
    bool place(bool at_entry);
    void check() const;

    Tree* tree_;
    TreePath path_;
    uint64_t version_ = 0;  // Tree::version() when the path was made
    bool at_entry_ = false;
    mutable size_t key_prefix_bytes_ =
        kNoPrefix;  // how much of the leaf's prefix stands at the start of key_
    mutable std::string key_;
    static constexpr size_t kNoPrefix = SIZE_MAX;
  };

 private:
  struct NewEntry {
    uint32_t slot;
    std::string_view key;
    std::string_view value;
  };
  struct Scratch;

  Faultable<std::optional<KeyRange>> range_beneath(PageId at, KeyRange range, PageId wanted);
  // Grows when a path made earlier may have become invalid.
  uint64_t version() const { return changes_ + pages_.generation(); }
  Faultable<void> descend(std::string_view key, TreePath& path);
  // Whether the key is known to belong to the leaf of the last search: operations come in groups of
  // neighbours, most of them ascending.
  bool in_last_leaf(std::string_view key) const;
  // The path is that of a search for `key`, and the tree as it is now.
  void remember(const TreePath& path, std::string_view key);
  // The path is that of the last search still, and the tree has changed, but not where leaves begin and end.
  void keep_last(const TreePath& path);
  // As descend, for a key that was prepared. True if the leaf has it.
  bool descend_prepared(std::string_view key, TreePath& path);

  // Puts the entry into the page of `step`, which is writable; splits it if need be, up to the root.
  void insert_at(TreePath& path, uint32_t step, const NewEntry& entry);
  void insert_rebuilding(TreePath& path, uint32_t step, const NewEntry& entry);
  void grow_root(std::string_view separator, std::string_view right);
  // After an entry of the page of `step` is gone: unlinks the page if empty, merges it if underfull, up to
  // the root.
  void shrink(TreePath& path, uint32_t step);
  void shrink_root();
  // The child in `left_slot` with the one behind it, if both are resident and go well into one page.
  bool merge_children(Frame& parent, uint32_t left_slot);
  // Replaces the frame's content by entries [begin, end) of the scratch list, which may point into it.
  void rebuild(Frame& frame, size_t begin, size_t end);

  PageCache& pages_;
  PageId root_{};
  uint64_t changes_ = 0;
  TreePath last_;         // of the last search
  std::string last_key_;  // it was for this one
  uint64_t last_version_ = UINT64_MAX;
  std::unique_ptr<Scratch> scratch_;  // memory for rebuilding, kept
};

}  // namespace firn::vos

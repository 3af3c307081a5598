// NewerWalk: the entries below a prefix that are newer than an epoch, in the order of keys. Pages without any
// are passed over without being read. Synchronous; on a fault: load the page, forget(), call again.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "vos/tree.h"

namespace firn::vos {

class NewerWalk {
 public:
  NewerWalk(Tree& tree, std::string scope, Epoch since)
      : cursor_(tree), scope_(std::move(scope)), since_(since), position_(scope_) {}
  // Skips what sorts before `position`.
  void start_at(std::string_view position) {
    if (position_ < position) position_ = position;
  }

  // To the next entry; false behind the last.
  Faultable<bool> next();
  // Of the entry; until the next call.
  std::string_view key() const { return cursor_.key(); }
  std::string_view value() const { return cursor_.value(); }
  Epoch epoch() const;

  // To be called when pages may have been loaded or the tree may have changed since the last call.
  void forget() { positioned_ = false; }
  Lsn touched() const { return touched_; }

 private:
  Faultable<bool> step();

  Tree::Cursor cursor_;
  const std::string scope_;
  const Epoch since_;
  std::string position_;     // the next entry is at or behind it
  bool positioned_ = false;  // the cursor is at the entry before
  Lsn touched_;
};

}  // namespace firn::vos

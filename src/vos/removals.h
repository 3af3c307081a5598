// Removals: the containers and placement groups that are removed or being removed
// (docs/decisions/0007-store-complete.md). Synchronous; part of each checkpoint, and of the log as one record
// each.
//
// A removal is a fact from its record on: reads see nothing, writes are refused. The entries are erased in
// the background. Container ids are not used again, so a removed one stays known, as many as there is room
// for. A placement group may come back: it is free for writes when its removal is through and a checkpoint
// without it is durable, so that replay never erases what came later.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/ids.h"
#include "vos/change.h"
#include "vos/reclaim_image.h"

namespace firn::vos {

class Removals {
 public:
  static constexpr size_t kRemovedMax = 16384;

  // False if it is so already.
  bool add(ContainerId container);
  bool add(PgIndex pg);
  bool is_removed(ContainerId container) const { return removed_.contains(container); }
  bool is_removed(PgIndex pg) const { return groups_.contains(pg) || closing_.contains(pg); }
  // Reads of the object see nothing.
  bool hides(const ObjectRef& object) const {
    return !empty() && (is_removed(object.container) || is_removed(object.pg));
  }
  // Why a write to the object is refused: Code::not_found (container), Code::busy (placement group).
  Result<void> check_write(const ObjectRef& object) const;

  // What is still to be erased.
  std::optional<ContainerId> next_container() const;
  std::optional<PgIndex> next_group() const;
  size_t pending() const { return containers_.size() + groups_.size() + closing_.size(); }
  void erased(ContainerId container) { containers_.erase(container); }
  // Checkpoints from now on are without the group; it stays closed until reopen().
  void erased(PgIndex pg);
  void reopen(PgIndex pg) { closing_.erase(pg); }

  size_t encoded_bytes_max() const { return (removed_.size() * 2 + groups_.size()) * 16 + 16; }
  void encode(ReclaimImage& image) const;
  // On a new table.
  void decode(const ReclaimImage& image);

 private:
  bool empty() const { return removed_.empty() && groups_.empty() && closing_.empty(); }

  std::set<ContainerId> removed_;
  std::deque<ContainerId> by_age_;    // the same, oldest first
  std::set<ContainerId> containers_;  // of these: entries are left
  std::set<PgIndex> groups_;          // entries are left
  std::set<PgIndex> closing_;         // none is left, but a checkpoint that says so is not durable
};

// A removal as a log record.
struct RemovalRecord {
  std::optional<ContainerId> container;
  std::optional<PgIndex> pg;
};
std::string encode_removal(const RemovalRecord& removal);
bool is_removal(std::string_view record);
// Precondition: is_removal(record). Code::corrupt.
Result<RemovalRecord> decode_removal(std::string_view record);

}  // namespace firn::vos

// PreparedTable: transactions' writes that are stored but not decided, and how the latest of the others
// ended. Beside the tree, so that they cost nothing to whom they do not concern. Part of each checkpoint;
// bounded. Belongs to its store's thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "vos/change.h"
#include "vos/reach.h"
#include "vos/store.h"

namespace firn::vos {

void sealed_fields(auto& self, auto&& visit)
  requires std::same_as<std::remove_const_t<std::remove_reference_t<decltype(self)>>, PreparedId>
{
  visit("transaction", self.transaction);
  visit("pg", self.pg);
}

struct Prepared {
  PreparedId id;
  Epoch epoch;
  std::vector<Change> changes;  // all of that epoch; their data is on the main device
  static void fields(auto& self, auto&& visit) {
    visit("id", self.id);
    visit("epoch", self.epoch);
    visit("changes", self.changes);
  }
};

// How a transaction ended in a placement group.
struct Decision {
  PreparedId id;
  bool committed = false;
  Epoch epoch;  // if committed
  static void fields(auto& self, auto&& visit) {
    visit("id", self.id);
    visit("committed", self.committed);
    visit("epoch", self.epoch);
  }
};

class PreparedTable {
 public:
  static constexpr size_t kPreparedMax = 4096;
  static constexpr size_t kBytesMax = 32 << 20;   // of all prepared changes as they are encoded
  static constexpr size_t kDecisionsMax = 16384;  // the oldest are forgotten first

  PreparedTable() = default;
  PreparedTable(const PreparedTable&) = delete;  // the index points into the map
  PreparedTable& operator=(const PreparedTable&) = delete;

  bool empty() const { return prepared_.empty(); }
  bool has_room(size_t encoded_bytes) const {
    return prepared_.size() < kPreparedMax && bytes_ + encoded_bytes <= kBytesMax;
  }
  size_t encoded_bytes() const;  // at least what encode() gives

  const Prepared* find(PreparedId id) const;
  // Precondition: find() gives nothing.
  void add(Prepared prepared);
  // Precondition: find() gives it.
  Prepared take(PreparedId id);
  const Decision* decision(PreparedId id) const;
  void decide(Decision decision);
  // In the order of their ids.
  std::vector<PreparedInfo> list() const;
  // Of all that are prepared; kEpochMax if none is.
  Epoch oldest() const;
  // Those of the group in (above, upto], other than those in `keep` (ascending).
  std::vector<PreparedId> tail(PgIndex pg, Epoch above, Epoch upto, const std::vector<Epoch>& keep) const;

  // A prepared transaction not above `at` that touches the reach; nullptr if there is none.
  const Prepared* find_touching(const Reach& reach, Epoch at) const;

  // docs/formats/checkpoint.md.
  std::string encode() const;
  // Into an empty table. Code::corrupt if the bytes are none.
  Result<void> decode(std::string_view bytes);

 private:
  struct Entry {
    Prepared prepared;
    size_t bytes = 0;
  };
  struct Write {
    PreparedId id;
    size_t change = 0;  // of its changes
  };
  static std::string index_key(const Change& change);
  const Prepared* check(const Write& write, const Reach& reach, Epoch at) const;

  std::map<PreparedId, Entry> prepared_;
  std::multimap<std::string, Write> writes_;  // by prefix of the dkey, or of the object that is punched
  size_t bytes_ = 0;
  std::map<PreparedId, Decision> decisions_;
  std::deque<PreparedId> decided_;  // oldest first
};

}  // namespace firn::vos

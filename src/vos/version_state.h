// VersionState: what a store knows about versions beside its tree, and keeps with each checkpoint: prepared
// transactions, tails that are being removed, and up to where tombstones are gone. Belongs to its store's
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "vos/prepared_table.h"

namespace firn::vos {

// Records of the group in (above, upto], other than those of the epochs in `keep` (ascending), are gone.
struct TailRemoval {
  PgIndex pg;
  Epoch above;
  Epoch upto;
  std::vector<Epoch> keep;
  bool covers(Epoch epoch) const;
  static void fields(auto& self, auto&& visit) {
    visit("pg", self.pg);
    visit("above", self.above);
    visit("upto", self.upto);
    visit("keep", self.keep);
  }
};

struct VersionState {
  PreparedTable prepared;
  std::vector<TailRemoval> tail_removals;  // logged, not through
  // Punches up to here may have been removed with what they hid: a diff since an earlier epoch lacks them.
  Epoch tombstones_gone;

  size_t encoded_bytes() const;
  // docs/formats/checkpoint.md.
  std::string encode() const;
  // Into an empty state. Code::corrupt if the bytes are none.
  Result<void> decode(std::string_view bytes);
};

// The changes, with the data they name, in a log record of any kind: none in one that only decides or
// removes.
Result<std::vector<Change>> logged_changes(std::string_view record);

}  // namespace firn::vos

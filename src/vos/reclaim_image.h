// ReclaimImage: what a checkpoint keeps of removals and usage (docs/formats/checkpoint.md). Plain data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/ids.h"

namespace firn::vos {

// What the entries of a container take.
struct Usage {
  uint64_t value_bytes = 0;  // of values and records, as their writers counted them
  uint64_t block_bytes = 0;  // of the blocks their data occupies
  uint64_t entries = 0;      // of the index, punches included
  friend bool operator==(const Usage&, const Usage&) = default;
};

struct UsageRow {
  ContainerId container;
  uint64_t value_bytes = 0;
  uint64_t block_bytes = 0;
  uint64_t entries = 0;
  static void fields(auto& self, auto&& visit) {
    visit("container", self.container);
    visit("value_bytes", self.value_bytes);
    visit("block_bytes", self.block_bytes);
    visit("entries", self.entries);
  }
};

struct ReclaimImage {
  std::vector<ContainerId> removed;   // oldest first
  std::vector<ContainerId> removing;  // of these: entries are left
  std::vector<PgIndex> groups;        // being removed
  std::vector<UsageRow> usage;        // ascending
  static void fields(auto& self, auto&& visit) {
    visit("removed", self.removed);
    visit("removing", self.removing);
    visit("groups", self.groups);
    visit("usage", self.usage);
  }
};

std::string encode_reclaim(const ReclaimImage& image);
// Code::corrupt.
Result<ReclaimImage> decode_reclaim(std::string_view bytes);

}  // namespace firn::vos

// Looking into a store without opening it: what `firn debug` shows. Reads only; damage is an error. A check
// that goes on behind damage is check.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/block_device.h"
#include "vos/change.h"
#include "vos/checkpoint_root.h"
#include "vos/page_table.h"
#include "vos/superblock.h"

namespace firn::vos {

// How to find the pages of the newest checkpoint.
struct IndexImage {
  Superblock superblock;
  CheckpointRoot root;
  PageTable table;
};
// Needs the main device only. Errors as load_checkpoint.
Task<Result<IndexImage>> load_index(BlockDevice& main);

// The value of a tree entry in one line: "10 records of 1 bytes, in runs 40+4096, crc 0x1234abcd".
std::string describe_value(std::string_view value);

// A log record in words. Kinds that are not known, and records that do not decode, are described as such.
struct RecordDescription {
  uint8_t kind = 0;
  std::vector<TreeWrite> writes;   // into the tree
  std::vector<std::string> lines;  // each change, and indented what it writes into the tree
};
RecordDescription describe_record(std::string_view record);

}  // namespace firn::vos

// check_store: reads a whole store as it lies on its devices, believes nothing, and says what is damaged and
// where. It writes nothing and holds for any bytes.
//
// What is checked: both superblocks; the checkpoint's root, free list and request table; each chunk of the
// page table; each page that the tree reaches (checksum, identity, level, order, separators, newest epoch);
// each entry (key, record, rules of docs/formats/records.md, blocks within the device, checksum of inline
// data); the log (header, batches, records, end); and that each block has exactly one owner or is free.
//
// Pages are checked more strictly than by the store itself, which trusts what lies behind a page's checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/uuid.h"
#include "runtime/block_device.h"
#include "runtime/task.h"
#include "vos/findings.h"

namespace firn::vos {

struct CheckOptions {
  bool data = false;           // read all data and compare it with its checksums
  size_t findings_max = 1000;  // more are only counted
};

struct CheckReport {
  std::vector<Finding> findings;
  uint64_t damage_count = 0;
  uint64_t findings_left_out = 0;
  // What was looked at.
  Uuid store;
  uint64_t checkpoint = 0;
  uint64_t pages = 0;
  uint64_t entries = 0;
  uint64_t data_bytes = 0;           // that entries of tree and log name, inline data included
  uint64_t data_bytes_verified = 0;  // against their checksums
  uint64_t log_batches = 0;
  uint64_t log_records = 0;
  uint64_t free_blocks = 0;
  uint64_t blocks = 0;
  bool clean() const { return damage_count == 0; }
};

// No process uses the store meanwhile. Damage is in the report, never an error.
Task<CheckReport> check_store(BlockDevice& log, BlockDevice& main, CheckOptions options);

}  // namespace firn::vos

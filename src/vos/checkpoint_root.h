// CheckpointRoot: what a checkpoint consists of; the superblock names it. docs/formats/checkpoint.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/epoch.h"
#include "vos/blob.h"
#include "vos/log_format.h"
#include "vos/lsn.h"

namespace firn::vos {

// Where a chunk of the page table lies.
struct ChunkRef {
  uint64_t block = 0;  // 0: the chunk was never stored
  uint32_t crc = 0;    // CRC32C of all its bytes
  friend auto operator<=>(const ChunkRef&, const ChunkRef&) = default;
};

struct CheckpointRoot {
  LogPosition log;  // of the first record that is not in the checkpoint; generation: of the records before
  Epoch newest_epoch;
  PageId tree_root;
  BlobRef free_list;
  BlobRef requests;
  BlobRef reclaim;
  BlobRef versions;
  std::vector<ChunkRef> chunks;

  static size_t encoded_bytes(size_t chunk_count);
  std::string encode() const;
  // Code::corrupt, Code::version.
  static Result<CheckpointRoot> decode(std::string_view bytes);
};

}  // namespace firn::vos

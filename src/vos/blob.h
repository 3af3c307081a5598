// Blob: bytes of any length in the main device, written once, as a chain of segments: one where free space
// allows, else as many as there are pieces. What a checkpoint stores beside pages is blobs;
// docs/formats/checkpoint.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/uuid.h"
#include "runtime/block_device.h"
#include "vos/lsn.h"
#include "vos/space.h"

namespace firn::vos {

enum class BlobKind : uint32_t { root = 1, free_list = 2, requests = 3, versions = 4, reclaim = 5 };

// Whose blob it is: a blob of another store, checkpoint or kind is not taken for this one.
struct BlobIdentity {
  BlobKind kind = BlobKind::root;
  Uuid store;
  uint64_t checkpoint = 0;
};

// Where a blob begins. On disk as it is, little endian.
struct BlobRef {
  uint64_t block = 0;  // of the first segment
  uint64_t bytes = 0;  // of the blob
  uint32_t segments = 0;
  uint32_t crc = 0;  // CRC32C of the blob's bytes
};
static_assert(sizeof(BlobRef) == 24);

// In front of each segment's part of the bytes. Little endian.
struct BlobSegmentHeader {
  uint32_t magic;
  uint32_t crc;  // CRC32C of what follows this field, to the end of the part
  uint32_t kind;
  uint32_t index;  // 0, 1, …
  uint64_t checkpoint;
  uint64_t segment_bytes;  // of this segment, header included: its blocks belong to the blob
  uint64_t part_bytes;     // how many of them are in use, header not included
  uint64_t next_block;     // 0: the last
  std::array<uint8_t, 16> store;
};
static_assert(sizeof(BlobSegmentHeader) == 64);

// How many bytes a blob in these runs may have.
uint64_t blob_capacity(const std::vector<Run>& runs);
// In-flight runs for a blob of `bytes`. Code::no_space, nothing changed.
Result<std::vector<Run>> allocate_blob(Space& space, uint64_t bytes);
// Precondition: bytes.size() <= blob_capacity(runs). Not flushed. `bytes` and `runs` live until completion.
Task<Result<BlobRef>> write_blob(BlockDevice& main, BlobIdentity identity, std::string_view bytes,
                                 const std::vector<Run>& runs);

struct LoadedBlob {
  std::string bytes;
  std::vector<Run> runs;
};
// Code::corrupt, with the kind and block, if it is not what `ref` and `identity` say.
Task<Result<LoadedBlob>> read_blob(BlockDevice& main, BlobIdentity identity, BlobRef ref);

// For structures that hold references.
void store_blob_ref(std::byte* at, const BlobRef& ref);
BlobRef load_blob_ref(const std::byte* at);

}  // namespace firn::vos

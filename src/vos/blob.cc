// Chains of segments; see blob.h.
#include "vos/blob.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/buffer.h"
#include "base/endian.h"
#include "codec/crc32c.h"

namespace firn::vos {

namespace {

constexpr uint32_t kMagic = 0x424c4246;  // "FBLB"
constexpr size_t kCrcFrom = 8;
constexpr size_t kHeaderBytes = sizeof(BlobSegmentHeader);

std::string_view kind_name(BlobKind kind) {
  switch (kind) {
    case BlobKind::root:
      return "checkpoint root";
    case BlobKind::free_list:
      return "free list";
    case BlobKind::requests:
      return "request table";
    case BlobKind::reclaim:
      return "list of removals and usage";
    case BlobKind::versions:
      return "state of versions";
  }
  return "blob";
}

Error damaged(std::string_view what, BlobKind kind, uint64_t block) {
  return fail(Code::corrupt, std::string(kind_name(kind)).append(" ").append(what))
      .on("device", "main")
      .on("block", block)
      .remedy("restore the store from its replicas");
}

void swap_to_little(BlobSegmentHeader& header) {
  for (uint32_t* field : {&header.magic, &header.crc, &header.kind, &header.index})
    *field = to_little(*field);
  for (uint64_t* field :
       {&header.checkpoint, &header.segment_bytes, &header.part_bytes, &header.next_block}) {
    *field = to_little(*field);
  }
}

// Header and part in one piece.
Buffer make_segment(BlobSegmentHeader header, std::string_view part) {
  header.magic = kMagic;
  header.part_bytes = part.size();
  swap_to_little(header);
  Buffer segment(kHeaderBytes + part.size());
  std::memcpy(segment.data(), &header, kHeaderBytes);
  copy_bytes(segment.bytes().subspan(kHeaderBytes), as_bytes(part));
  store_little(segment.data() + offsetof(BlobSegmentHeader, crc), crc32c(segment.bytes().subspan(kCrcFrom)));
  return segment;
}

bool lies_within(const BlockDevice& main, uint64_t block, uint64_t bytes) {
  const uint64_t end = main.size_bytes() / kBlockBytes;
  return block >= Space::kFirstBlock && block < end && bytes >= kHeaderBytes &&
         bytes <= (end - block) * kBlockBytes;
}

}  // namespace

uint64_t blob_capacity(const std::vector<Run>& runs) {
  uint64_t total = 0;
  for (const Run run : runs) total += run.bytes - kHeaderBytes;
  return total;
}

Result<std::vector<Run>> allocate_blob(Space& space, uint64_t bytes) {
  std::vector<Run> runs;
  uint64_t left = bytes;
  do {
    auto piece = space.allocate_piece(kHeaderBytes + left, SpaceUse::checkpoint);
    if (!piece) {
      for (const Run run : runs) space.abandon(run);
      return std::move(piece).error();
    }
    // All of its last block: blobs grow while they are made.
    runs.push_back({piece->first, piece->blocks() * kBlockBytes});
    left -= std::min(left, runs.back().bytes - kHeaderBytes);
  } while (left > 0);
  return runs;
}

Task<Result<BlobRef>> write_blob(BlockDevice& main, BlobIdentity identity, std::string_view bytes,
                                 const std::vector<Run>& runs) {
  FIRN_ASSERT(!runs.empty());
  FIRN_ASSERT(bytes.size() <= blob_capacity(runs));
  const BlobRef ref = {runs.front().first.value, bytes.size(), static_cast<uint32_t>(runs.size()),
                       crc32c(as_bytes(bytes))};
  for (size_t i = 0; i < runs.size(); i++) {
    const bool last = i + 1 == runs.size();
    BlobSegmentHeader header = {};
    header.kind = static_cast<uint32_t>(identity.kind);
    header.index = static_cast<uint32_t>(i);
    header.checkpoint = identity.checkpoint;
    header.segment_bytes = runs[i].bytes;
    header.next_block = last ? 0 : runs[i + 1].first.value;
    header.store = identity.store.bytes;
    const Buffer segment = make_segment(header, bytes.substr(0, runs[i].bytes - kHeaderBytes));
    bytes.remove_prefix(segment.size() - kHeaderBytes);
    const ByteView part = segment.bytes();
    FIRN_CO_CHECK(co_await main.write(runs[i].first.value * kBlockBytes, {&part, 1}));
  }
  co_return ref;
}

namespace {

// One segment: checks it against what is known and appends it. Gives the block of the next, or 0.
Task<Result<uint64_t>> read_segment(BlockDevice& main, BlobIdentity identity, uint64_t block,
                                    LoadedBlob& blob) {
  BlobSegmentHeader header;
  Buffer head(kHeaderBytes);
  if (!lies_within(main, block, kHeaderBytes))
    co_return damaged("lies outside of the device", identity.kind, block);
  FIRN_CO_CHECK(co_await main.read(block * kBlockBytes, head.bytes()));
  std::memcpy(&header, head.data(), kHeaderBytes);
  swap_to_little(header);
  const bool plausible = header.magic == kMagic && lies_within(main, block, header.segment_bytes) &&
                         header.part_bytes <= header.segment_bytes - kHeaderBytes;
  if (!plausible) co_return damaged("is not where it should be", identity.kind, block);
  Buffer part(header.part_bytes);
  FIRN_CO_CHECK(co_await main.read(block * kBlockBytes + kHeaderBytes, part.bytes()));
  if (crc32c(part.bytes(), crc32c(head.bytes().subspan(kCrcFrom))) != header.crc) {
    co_return damaged("does not match its checksum", identity.kind, block);
  }
  const bool expected = header.kind == static_cast<uint32_t>(identity.kind) &&
                        header.index == blob.runs.size() && header.checkpoint == identity.checkpoint &&
                        header.store == identity.store.bytes;
  if (!expected) co_return damaged("is of another store or checkpoint", identity.kind, block);
  blob.runs.push_back({BlockIndex{block}, header.segment_bytes});
  blob.bytes.append(as_text(part.bytes()));
  co_return header.next_block;
}

}  // namespace

Task<Result<LoadedBlob>> read_blob(BlockDevice& main, BlobIdentity identity, BlobRef ref) {
  LoadedBlob blob;
  uint64_t block = ref.block;
  // The segments carry their index, so a chain that comes back to itself is found.
  for (uint32_t i = 0; i < ref.segments && blob.bytes.size() <= ref.bytes; i++) {
    FIRN_CO_TRY(block, co_await read_segment(main, identity, block, blob));
  }
  const bool whole = blob.runs.size() == ref.segments && blob.bytes.size() == ref.bytes && block == 0 &&
                     ref.segments > 0 && crc32c(as_bytes(blob.bytes)) == ref.crc;
  if (!whole) co_return damaged("is not whole", identity.kind, ref.block);
  co_return blob;
}

void store_blob_ref(std::byte* at, const BlobRef& ref) {
  const BlobRef little = {to_little(ref.block), to_little(ref.bytes), to_little(ref.segments),
                          to_little(ref.crc)};
  std::memcpy(at, &little, sizeof little);
}

BlobRef load_blob_ref(const std::byte* at) {
  BlobRef ref;
  std::memcpy(&ref, at, sizeof ref);
  return {to_little(ref.block), to_little(ref.bytes), to_little(ref.segments), to_little(ref.crc)};
}

}  // namespace firn::vos

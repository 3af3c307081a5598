// The root's bytes; see checkpoint_root.h.
#include "vos/checkpoint_root.h"

#include <cstring>

#include "base/endian.h"

namespace firn::vos {

namespace {

constexpr uint32_t kRootVersion = 1;

struct RootBytes {
  uint32_t version;
  uint32_t header_bytes;  // the chunks begin here; a later version may have fields in between
  uint64_t log_lsn;
  uint64_t log_sequence;
  uint32_t log_generation;
  uint32_t chunk_count;
  uint64_t newest_epoch;
  uint64_t tree_root;
  BlobRef free_list;
  BlobRef requests;
  BlobRef reclaim;
  BlobRef versions;
};
static_assert(sizeof(RootBytes) == 144);

struct ChunkRefBytes {
  uint64_t block;
  uint32_t crc;
  uint32_t zero;
};
static_assert(sizeof(ChunkRefBytes) == 16);

Error damaged(std::string what) {
  return fail(Code::corrupt, "checkpoint root " + std::move(what))
      .remedy("restore the store from its replicas");
}

}  // namespace

size_t CheckpointRoot::encoded_bytes(size_t chunk_count) {
  return sizeof(RootBytes) + chunk_count * sizeof(ChunkRefBytes);
}

std::string CheckpointRoot::encode() const {
  std::string bytes(encoded_bytes(chunks.size()), '\0');
  const RootBytes head = {to_little(kRootVersion),
                          to_little(static_cast<uint32_t>(sizeof(RootBytes))),
                          to_little(log.lsn.value),
                          to_little(log.sequence),
                          to_little(log.generation),
                          to_little(static_cast<uint32_t>(chunks.size())),
                          to_little(newest_epoch.value),
                          to_little(tree_root.value),
                          {},
                          {},
                          {},
                          {}};
  std::memcpy(bytes.data(), &head, sizeof head);
  auto* const start = reinterpret_cast<std::byte*>(bytes.data());
  store_blob_ref(start + offsetof(RootBytes, free_list), free_list);
  store_blob_ref(start + offsetof(RootBytes, requests), requests);
  store_blob_ref(start + offsetof(RootBytes, reclaim), reclaim);
  store_blob_ref(start + offsetof(RootBytes, versions), versions);
  char* at = bytes.data() + sizeof(RootBytes);
  for (const ChunkRef& chunk : chunks) {
    const ChunkRefBytes ref = {to_little(chunk.block), to_little(chunk.crc), 0};
    std::memcpy(at, &ref, sizeof ref);
    at += sizeof ref;
  }
  return bytes;
}

Result<CheckpointRoot> CheckpointRoot::decode(std::string_view bytes) {
  RootBytes head;
  if (bytes.size() < sizeof head) return damaged("is too short");
  std::memcpy(&head, bytes.data(), sizeof head);
  if (to_little(head.version) != kRootVersion) {
    return fail(Code::version, "the checkpoint is of a format that this version does not read")
        .on("version", to_little(head.version))
        .remedy("use the version of Firn that wrote it, or a newer one");
  }
  const uint64_t header_bytes = to_little(head.header_bytes);
  const uint64_t chunk_count = to_little(head.chunk_count);
  if (header_bytes < sizeof head || header_bytes > bytes.size() ||
      bytes.size() - header_bytes != chunk_count * sizeof(ChunkRefBytes)) {
    return damaged("has another length than it says");
  }
  CheckpointRoot root;
  root.log = {Lsn{to_little(head.log_lsn)}, to_little(head.log_sequence), to_little(head.log_generation)};
  const bool plausible = root.log.lsn.value % kLogAlignment == 0 && root.log.lsn.value < UINT64_MAX / 2;
  if (!plausible) return damaged("names a place in the log where no batch can begin");
  root.newest_epoch = Epoch{to_little(head.newest_epoch)};
  root.tree_root = PageId{to_little(head.tree_root)};
  const auto* const start = reinterpret_cast<const std::byte*>(bytes.data());
  root.free_list = load_blob_ref(start + offsetof(RootBytes, free_list));
  root.requests = load_blob_ref(start + offsetof(RootBytes, requests));
  root.reclaim = load_blob_ref(start + offsetof(RootBytes, reclaim));
  root.versions = load_blob_ref(start + offsetof(RootBytes, versions));
  root.chunks.reserve(chunk_count);
  for (const char* at = bytes.data() + header_bytes; at != bytes.data() + bytes.size();
       at += sizeof(ChunkRefBytes)) {
    ChunkRefBytes ref;
    std::memcpy(&ref, at, sizeof ref);
    root.chunks.push_back({to_little(ref.block), to_little(ref.crc)});
  }
  return root;
}

}  // namespace firn::vos

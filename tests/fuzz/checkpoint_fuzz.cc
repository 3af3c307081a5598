// Damaged checkpoints: an error, or a store that works. The input's first byte says what is damaged: any byte
// of the main device, or the content of one structure, whose checksums are then made to match.
#include "codec/crc32c.h"
#include "store_devices.h"

namespace {

using namespace firn;
using namespace firn::vos;

void change_bytes(FuzzInput& input, MutableBytes bytes) {
  while (!input.empty() && !bytes.empty()) {
    const uint64_t offset = input.number(2) % bytes.size();
    bytes[offset] = static_cast<std::byte>(input.number(1));
  }
}
MutableBytes bytes_of(std::string& text) { return {reinterpret_cast<std::byte*>(text.data()), text.size()}; }

// Writes a structure anew where it was.
Task<Result<BlobRef>> rewrite(BlockDevice* main, BlobIdentity identity, BlobRef old, std::string bytes) {
  FIRN_CO_TRY(const LoadedBlob blob, co_await read_blob(*main, identity, old));
  bytes.resize(std::min<size_t>(bytes.size(), blob_capacity(blob.runs)));
  co_return co_await write_blob(*main, identity, bytes, blob.runs);
}

void change_chunk(FuzzInput& input, Medium& main, ChunkRef& chunk) {
  const MutableBytes image(&main.current[chunk.block * kBlockBytes], kPageTableChunkBytes);
  change_bytes(input, image.first(kPageTableChunkHeaderBytes + 64));
  store_little<uint32_t>(image.data(), crc32c(image.subspan(sizeof(uint32_t))));
  chunk.crc = crc32c(image);
}

Task<Result<void>> forge(FuzzStore* store, FuzzInput* input, uint64_t what) {
  CrashDevice main(store->runtime.executor(), store->main, store->plan);
  CrashDevice log(store->runtime.executor(), store->log, store->plan);
  FIRN_CO_TRY(LoadedCheckpoint loaded, co_await load_checkpoint(log, main));
  Superblock superblock = loaded.state.superblock;
  BlobIdentity identity = {BlobKind::requests, superblock.store, superblock.checkpoint};
  if (what == 1) {
    std::string requests = loaded.requests;
    requests.resize(requests.size() + input->number(1) % 32);
    change_bytes(*input, bytes_of(requests));
    FIRN_CO_TRY(loaded.root.requests, co_await rewrite(&main, identity, loaded.root.requests, requests));
  } else if (what == 2) {
    identity.kind = BlobKind::free_list;
    std::string list = loaded.free.encode();
    list.resize(list.size() + input->number(1) % 64);
    change_bytes(*input, bytes_of(list));
    FIRN_CO_TRY(loaded.root.free_list, co_await rewrite(&main, identity, loaded.root.free_list, list));
  } else if (what == 3) {
    change_chunk(*input, store->main, loaded.root.chunks.front());
  }
  std::string root = loaded.root.encode();
  if (what == 4) change_bytes(*input, bytes_of(root));
  identity.kind = BlobKind::root;
  FIRN_CO_TRY(superblock.root, co_await rewrite(&main, identity, superblock.root, root));
  co_return co_await write_superblock(main, superblock, loaded.state.slot);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzStore& store = FuzzStore::copy_of_base();
  FuzzInput input(data, size);
  const uint64_t what = input.number(1) % 5;
  if (what == 0) {
    change_bytes(input, MutableBytes(store.main.current).first(64 * kBlockBytes));
  } else {
    FIRN_ASSERT(store.run(forge(&store, &input, what)).has_value());
  }
  store.use();
  return 0;
}

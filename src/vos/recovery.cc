// Loading a checkpoint; see recovery.h.
#include "vos/recovery.h"

#include <utility>

#include "base/buffer.h"
#include "codec/crc32c.h"

namespace firn::vos {

namespace {

Error damaged_chunk(std::string what, uint64_t chunk, uint64_t block) {
  return fail(Code::corrupt, "page table chunk " + std::move(what))
      .on("device", "main")
      .on("chunk", chunk)
      .on("block", block)
      .remedy("restore the store from its replicas");
}

Error within(Error cause, std::string what) {
  const Code code = cause.code();
  return fail(code, std::move(what)).on("device", "main").because(std::move(cause));
}

Error cannot_apply(const LogRecord& record, Error cause) {
  const Code code = cause.code();
  return fail(code, "a record of the log cannot be applied")
      .on("lsn_end", record.end.value)
      .because(std::move(cause));
}

uint64_t blocks_of(const BlockDevice& main) { return main.size_bytes() / kBlockBytes; }

Result<void> check_places(const PageTable& table, const LoadedCheckpoint& checkpoint, uint64_t end_block) {
  for (uint64_t id = 1; id < table.id_end().value; id++) {
    const auto place = table.find(PageId{id});
    if (!place) continue;
    const uint64_t block = place->block.value;
    const bool within_device = block >= Space::kFirstBlock && block <= end_block - Space::kPageBlocks;
    if (within_device && !checkpoint.free.overlaps({block, Space::kPageBlocks})) continue;
    return damaged_chunk("names a page on blocks that are free or outside of the device",
                         id / kPageTableChunkEntries, block)
        .on("page", id);
  }
  const PageId tree_root = checkpoint.root.tree_root;
  if (!table.find(tree_root)) {
    return fail(Code::corrupt, "the checkpoint's tree has no root page")
        .on("page", tree_root.value)
        .remedy("restore the store from its replicas");
  }
  return {};
}

// A free list that says of blocks in use that they are free would have them written over.
Result<void> check_structures(const LoadedCheckpoint& checkpoint) {
  std::vector<BlockRange> ranges;
  for (const Run run : checkpoint.state.blob_runs) ranges.push_back(range_of(run));
  for (const ChunkRef& chunk : checkpoint.root.chunks) ranges.push_back({chunk.block, Space::kPageBlocks});
  for (const BlockRange range : ranges) {
    if (!checkpoint.free.overlaps(range)) continue;
    return fail(Code::corrupt, "the checkpoint's free list holds blocks of the checkpoint itself")
        .on("device", "main")
        .on("block", range.first)
        .remedy("restore the store from its replicas");
  }
  return {};
}

}  // namespace

Result<void> check_log_belongs(const Superblock& superblock, const LogIdentity& log,
                               const BlockDevice& log_device) {
  if (log.store == superblock.store && log.salt == superblock.log_salt &&
      log_device.size_bytes() == superblock.log_bytes) {
    return {};
  }
  return fail(Code::invalid, "the log and the main device belong to different stores")
      .on("main_store", superblock.store.text())
      .on("log_store", log.store.text())
      .remedy("open each main device with the log it was formatted with");
}

Task<Result<LoadedCheckpoint>> load_checkpoint(BlockDevice& log, BlockDevice& main) {
  FIRN_CO_TRY(const LoadedSuperblock found, co_await read_superblock(main));
  FIRN_CO_TRY(const LogIdentity identity, co_await read_log_header(log));
  FIRN_CO_CHECK(check_log_belongs(found.superblock, identity, log));

  LoadedCheckpoint loaded;
  loaded.state = {found.superblock, found.slot, {}, {}, found.superblock.checkpoint};
  BlobIdentity blob = {BlobKind::root, found.superblock.store, found.superblock.checkpoint};
  FIRN_CO_TRY(LoadedBlob root, co_await read_blob(main, blob, found.superblock.root));
  FIRN_CO_TRY(loaded.root, CheckpointRoot::decode(root.bytes));
  blob.kind = BlobKind::free_list;
  FIRN_CO_TRY(LoadedBlob free_list, co_await read_blob(main, blob, loaded.root.free_list));
  auto free = FreeList::decode(free_list.bytes, Space::kFirstBlock, blocks_of(main));
  if (!free) co_return within(std::move(free).error(), "the checkpoint's free list is damaged");
  loaded.free = *std::move(free);
  blob.kind = BlobKind::requests;
  FIRN_CO_TRY(LoadedBlob requests, co_await read_blob(main, blob, loaded.root.requests));
  loaded.requests = std::move(requests.bytes);
  blob.kind = BlobKind::reclaim;
  FIRN_CO_TRY(LoadedBlob reclaim, co_await read_blob(main, blob, loaded.root.reclaim));
  FIRN_CO_TRY(loaded.reclaim, decode_reclaim(reclaim.bytes));
  blob.kind = BlobKind::versions;
  FIRN_CO_TRY(LoadedBlob versions, co_await read_blob(main, blob, loaded.root.versions));
  loaded.versions = std::move(versions.bytes);
  loaded.state.chunks = loaded.root.chunks;
  for (const LoadedBlob* part : {&root, &free_list, &requests, &reclaim, &versions}) {
    loaded.state.blob_runs.insert(loaded.state.blob_runs.end(), part->runs.begin(), part->runs.end());
  }
  FIRN_CO_CHECK(check_structures(loaded));
  co_return loaded;
}

Task<Result<void>> load_page_table_chunk(BlockDevice& main, uint32_t chunk, ChunkRef ref, PageTable& table) {
  if (ref.block < Space::kFirstBlock || ref.block > blocks_of(main) - Space::kPageBlocks) {
    co_return damaged_chunk("lies outside of the device", chunk, ref.block);
  }
  Buffer image(kPageTableChunkBytes);
  FIRN_CO_CHECK(co_await main.read(ref.block * kBlockBytes, image.bytes()));
  if (crc32c(image.bytes()) != ref.crc) {
    co_return damaged_chunk("does not match its checksum", chunk, ref.block);
  }
  auto loaded = table.load_chunk(chunk, image.bytes());
  if (!loaded) co_return within(std::move(loaded).error(), "the checkpoint's page table is damaged");
  co_return Result<void>();
}

Task<Result<void>> load_page_table(BlockDevice& main, const LoadedCheckpoint& checkpoint, PageCache& pages) {
  const std::vector<ChunkRef>& chunks = checkpoint.root.chunks;
  for (uint32_t i = 0; i < chunks.size(); i++) {
    FIRN_CO_CHECK(co_await load_page_table_chunk(main, i, chunks[i], pages.table()));
  }
  pages.table_loaded();
  co_return check_places(pages.table(), checkpoint, blocks_of(main));
}

Result<void> claim_batch(const LogBatch& batch, ReplayVisitor& visitor) {
  for (const LogRecord& record : batch.records) {
    if (auto claimed = visitor.claim(record.bytes); !claimed) {
      return cannot_apply(record, std::move(claimed).error());
    }
  }
  return {};
}

Task<Result<void>> apply_batch(LogBatch batch, ReplayVisitor& visitor) {
  for (const LogRecord& record : batch.records) {
    auto applied = co_await visitor.apply(record.bytes, record.end);
    if (!applied) co_return cannot_apply(record, std::move(applied).error());
  }
  co_return Result<void>();
}

}  // namespace firn::vos

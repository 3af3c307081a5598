// A check of a whole store; see check.h.
#include "vos/check.h"

#include <optional>
#include <utility>

#include "vos/check_context.h"
#include "vos/check_index.h"
#include "vos/check_log.h"
#include "vos/recovery.h"
#include "vos/request_table.h"
#include "vos/version_state.h"

namespace firn::vos {

namespace {

// What the superblock leads to, beside pages.
struct Checkpoint {
  CheckpointRoot root;
  std::optional<FreeList> free;  // none: damaged
  std::optional<UsageTable> usage;
};

Task<std::optional<Superblock>> check_superblocks(CheckContext* context) {
  const auto slots = co_await read_superblock_slots(context->main);
  if (!slots) {
    context->findings.add(slots.error());
    co_return std::nullopt;
  }
  const auto chosen = choose_superblock(*slots, context->main.size_bytes());
  if (!chosen) {
    context->findings.add(chosen.error());
    co_return std::nullopt;
  }
  for (uint32_t i = 0; i < kSuperblockSlots; i++) {
    if ((*slots)[i].state == SuperblockState::valid) continue;
    // So it is after a crash in the middle of a checkpoint, and after damage.
    Finding finding{.damage = false, .what = "one of the two superblocks is not whole"};
    context->findings.add(std::move(finding).on("device", "main").on("block", i));
  }
  context->owners.add({0, Space::kFirstBlock}, {BlockOwner::Kind::superblocks, 0});
  context->report.store = chosen->superblock.store;
  context->report.checkpoint = chosen->superblock.checkpoint;
  co_return chosen->superblock;
}

// Reads a blob and claims its blocks; nothing if it is damaged.
Task<std::optional<std::string>> check_blob(CheckContext* context, BlobIdentity identity, BlobRef ref,
                                            BlockOwner::Kind owner) {
  auto blob = co_await read_blob(context->main, identity, ref);
  if (!blob) {
    context->findings.add(blob.error());
    context->index_is_whole = false;  // whose its blocks are is not known
    co_return std::nullopt;
  }
  for (const Run run : blob->runs) context->owners.add(range_of(run), {owner, 0});
  co_return std::move(blob->bytes);
}

Error damaged(Error cause, const char* what) {
  const Code code = cause.code();
  return fail(code, what).on("device", "main").because(std::move(cause));
}

Task<void> check_free_list(CheckContext* context, BlobIdentity identity, Checkpoint* checkpoint) {
  identity.kind = BlobKind::free_list;
  const auto bytes =
      co_await check_blob(context, identity, checkpoint->root.free_list, BlockOwner::Kind::free_list);
  if (!bytes) co_return;
  auto free = FreeList::decode(*bytes, Space::kFirstBlock, context->main_blocks());
  if (!free) {
    context->index_is_whole = false;
    context->findings.add(damaged(std::move(free).error(), "the checkpoint's free list is damaged"));
    co_return;
  }
  for (const BlockRange range : free->ranges()) context->owners.add(range, {BlockOwner::Kind::free, 0});
  context->report.free_blocks = free->blocks();
  checkpoint->free = *std::move(free);
}

Task<void> check_requests(CheckContext* context, BlobIdentity identity, BlobRef ref) {
  identity.kind = BlobKind::requests;
  const auto bytes = co_await check_blob(context, identity, ref, BlockOwner::Kind::requests);
  if (!bytes) co_return;
  RequestTable table;
  auto decoded = table.decode(*bytes);
  if (decoded) co_return;
  context->findings.add(damaged(std::move(decoded).error(), "the checkpoint's request table is damaged"));
}

Task<void> check_reclaim(CheckContext* context, BlobIdentity identity, Checkpoint* checkpoint) {
  identity.kind = BlobKind::reclaim;
  const auto bytes =
      co_await check_blob(context, identity, checkpoint->root.reclaim, BlockOwner::Kind::reclaim);
  if (!bytes) co_return;
  auto decoded = decode_reclaim(*bytes);
  if (decoded) co_return checkpoint->usage.emplace().decode(*decoded);
  context->findings.add(damaged(std::move(decoded).error(), "the list of removals and usage is damaged"));
}

Task<void> check_versions(CheckContext* context, BlobIdentity identity, BlobRef ref) {
  identity.kind = BlobKind::versions;
  const auto bytes = co_await check_blob(context, identity, ref, BlockOwner::Kind::versions);
  if (!bytes) co_return;
  VersionState versions;
  if (auto decoded = versions.decode(*bytes); !decoded) {
    context->index_is_whole = false;  // whose the blocks of prepared data are is not known
    context->findings.add(
        damaged(std::move(decoded).error(), "what the checkpoint says about versions is damaged"));
    co_return;
  }
  for (const PreparedInfo& info : versions.prepared.list()) {
    for (const Change& change : versions.prepared.find(info.id)->changes) {
      for_each_run(change, [&](Run run) {
        const BlockRange range = range_of(run);
        const bool inside = range.blocks > 0 && range.first < context->main_blocks() &&
                            range.blocks <= context->main_blocks() - range.first;
        if (inside) context->owners.add(range, {BlockOwner::Kind::prepared, 0});
      });
    }
  }
}

Task<std::optional<Checkpoint>> check_checkpoint(CheckContext* context, Superblock superblock) {
  const BlobIdentity identity{BlobKind::root, superblock.store, superblock.checkpoint};
  const auto bytes = co_await check_blob(context, identity, superblock.root, BlockOwner::Kind::root);
  if (!bytes) co_return std::nullopt;
  auto root = CheckpointRoot::decode(*bytes);
  if (!root) {
    context->findings.add(damaged(std::move(root).error(), "the checkpoint's root is damaged"));
    co_return std::nullopt;
  }
  Checkpoint checkpoint{*std::move(root), std::nullopt, std::nullopt};
  co_await check_free_list(context, identity, &checkpoint);
  co_await check_requests(context, identity, checkpoint.root.requests);
  co_await check_reclaim(context, identity, &checkpoint);
  co_await check_versions(context, identity, checkpoint.root.versions);
  co_return checkpoint;
}

Task<std::string> name_owner(IndexChecker* index, BlockOwner owner, BlockRange blocks) {
  if (owner.kind != BlockOwner::Kind::data) co_return owner.text();
  co_return co_await index->find_owner(PageId{owner.id}, blocks);
}

Task<void> report_clash(CheckContext* context, IndexChecker* index, BlockOwners::Clash clash) {
  Finding finding = Finding{.what = "blocks are used twice"}
                        .on("device", "main")
                        .on("block", clash.blocks.first)
                        .on("blocks", clash.blocks.blocks);
  // Naming reads pages: not for those that are only counted.
  if (context->findings.kept().size() < context->options.findings_max) {
    finding = std::move(finding).on("first", co_await name_owner(index, clash.first, clash.blocks));
    finding = std::move(finding).on("second", co_await name_owner(index, clash.second, clash.blocks));
  }
  context->findings.add(std::move(finding));
}

Task<void> judge_owners(CheckContext* context, IndexChecker* index) {
  const BlockOwners::Verdict verdict = context->owners.judge(context->main_blocks());
  for (const BlockOwners::Clash& clash : verdict.clashes) co_await report_clash(context, index, clash);
  if (!context->index_is_whole) co_return;
  for (const BlockRange range : verdict.unowned) {
    context->findings.add(Finding{.what = "blocks are neither free nor used by anything"}
                              .on("device", "main")
                              .on("block", range.first)
                              .on("blocks", range.blocks));
  }
}

void judge_usage(CheckContext* context, const UsageTable& kept) {
  if (!context->index_is_whole || context->usage == kept) return;
  const Usage is = context->usage.total();
  const Usage said = kept.total();
  context->findings.add(Finding{.what = "what the containers use is not what the checkpoint says"}
                            .on("entries", is.entries)
                            .on("entries_said", said.entries)
                            .on("value_bytes", is.value_bytes)
                            .on("value_bytes_said", said.value_bytes)
                            .on("block_bytes", is.block_bytes)
                            .on("block_bytes_said", said.block_bytes));
}

Task<void> check_all(CheckContext* context) {
  const auto superblock = co_await check_superblocks(context);
  if (!superblock) co_return;
  const auto checkpoint = co_await check_checkpoint(context, *superblock);
  if (!checkpoint) co_return;
  IndexChecker index(*context, checkpoint->root);
  co_await index.check();
  co_await judge_owners(context, &index);
  if (checkpoint->usage) judge_usage(context, *checkpoint->usage);
  co_await check_log(context, &*superblock, &checkpoint->root,
                     checkpoint->free ? &*checkpoint->free : nullptr);
}

}  // namespace

Task<CheckReport> check_store(BlockDevice& log, BlockDevice& main, CheckOptions options) {
  CheckContext context{
      .log = log, .main = main, .options = options, .findings = Findings(options.findings_max)};
  context.report.blocks = context.main_blocks();
  co_await check_all(&context);
  CheckReport report = std::move(context.report);
  report.damage_count = context.findings.damage_count();
  report.findings_left_out = context.findings.left_out();
  report.findings = context.findings.kept();
  co_return report;
}

}  // namespace firn::vos

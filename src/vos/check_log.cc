// Checks of the log; see check_log.h.
#include "vos/check_log.h"

#include <utility>

#include "vos/change.h"
#include "vos/check_entry.h"
#include "vos/log_reader.h"
#include "vos/recovery.h"
#include "vos/removals.h"
#include "vos/version_state.h"

namespace firn::vos {

namespace {

Error about_record(Error cause, Lsn end) {
  return fail(cause.code(), "a record of the log does not make sense")
      .on("device", "log")
      .on("lsn_end", end.value)
      .because(std::move(cause));
}

// Replay takes the blocks of each record out of the checkpoint's free list.
void check_free(CheckContext& context, const Change& change, Lsn end, const FreeList& free) {
  for (const AkeyChange& akey : change.akeys) {
    for (const EntryChange& entry : akey.entries) {
      for (const Run run : entry.runs) {
        if (run.bytes > context.main.size_bytes() || free.contains(range_of(run))) continue;
        context.findings.add(Finding{.what = "a record of the log names blocks that are not free"}
                                 .on("device", "log")
                                 .on("lsn_end", end.value)
                                 .on("block", run.first.value));
      }
    }
  }
}

class RecordChecker {
 public:
  RecordChecker(CheckContext& context, const FreeList* free)
      : context_(context), free_(free), entries_(context, owners_) {}

  Task<void> check(LogRecord record) {
    context_.report.log_records++;
    if (is_removal(record.bytes)) {
      auto removal = decode_removal(record.bytes);
      if (!removal) context_.findings.add(about_record(std::move(removal).error(), record.end));
      co_return;
    }
    const auto changes = logged_changes(record.bytes);
    if (!changes) {
      context_.findings.add(about_record(changes.error().clone(), record.end));
      co_return;
    }
    for (const Change& change : *changes) {
      if (free_ != nullptr) check_free(context_, change, record.end, *free_);
      ByteView data = attached_data(change, record.bytes);
      for (const TreeWrite& write : tree_writes(change)) {
        co_await entries_.check(write.key, write.value, {BlockOwner::Kind::log_record, record.end.value},
                                &data);
      }
    }
  }

  // Blocks that two records name.
  void finish() {
    for (const BlockOwners::Clash& clash : owners_.judge(0).clashes) {
      context_.findings.add(Finding{.what = "two records of the log use the same blocks"}
                                .on("block", clash.blocks.first)
                                .on("blocks", clash.blocks.blocks)
                                .on("first", clash.first.text())
                                .on("second", clash.second.text()));
    }
  }

 private:
  CheckContext& context_;
  const FreeList* free_;
  BlockOwners owners_;
  EntryChecker entries_;
};

Task<Result<void>> check_batches(CheckContext* context, LogReader* reader, const FreeList* free) {
  RecordChecker records(*context, free);
  while (true) {
    FIRN_CO_TRY(const auto batch, co_await reader->next());
    if (!batch) break;
    context->report.log_batches++;
    for (const LogRecord& record : batch->records) co_await records.check(record);
  }
  records.finish();
  co_return co_await reader->check_end();
}

}  // namespace

Task<void> check_log(CheckContext* context, const Superblock* superblock, const CheckpointRoot* root,
                     const FreeList* free) {
  const auto identity = co_await read_log_header(context->log);
  if (!identity) {
    context->findings.add(identity.error());
    co_return;
  }
  const auto belongs = check_log_belongs(*superblock, *identity, context->log);
  if (!belongs) {
    context->findings.add(belongs.error());
    co_return;
  }
  LogReader reader(context->log, *identity, root->log);
  const auto read = co_await check_batches(context, &reader, free);
  if (!read) context->findings.add(read.error());
}

}  // namespace firn::vos

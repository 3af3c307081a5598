// Replay: what the log tells after a crash is carried out again; see store_impl.h.
//
// Entries of changes wait in a ReplayWindow and enter the tree in the order of keys. All else (blocks, clock,
// remembered requests) is done in the order of the log, and before a record that does more than insert
// entries those that wait go first.
#include "base/endian.h"
#include "model/wire.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {

constexpr size_t kEntriesAhead = 8;  // that the processor is asked for
constexpr uint64_t kWindowPagesFraction = 4;

bool only_inserts(std::string_view record) {
  if (is_removal(record)) return false;
  const LogKind kind = log_kind(record);
  return kind == LogKind::change || kind == LogKind::inline_change || kind == LogKind::change_with_data ||
         kind == LogKind::changes;
}

}  // namespace

Result<void> StoreImpl::claim(std::string_view record) {
  if (record.empty()) return fail(Code::corrupt, "a log record is empty");
  if (is_removal(record) || log_kind(record) == LogKind::inline_change) return {};
  FIRN_TRY(const auto changes, logged_changes(record));
  Result<void> claimed;
  for (const Change& change : changes) {
    for_each_run(change, [&](Run run) {
      if (claimed) claimed = core_->space.claim(run);
    });
  }
  return claimed;
}

Task<Result<void>> StoreImpl::apply(std::string_view record, Lsn end) {
  if (!only_inserts(record)) {
    FIRN_CO_CHECK(co_await catch_up());
    co_return co_await replay_in_order(record, end);
  }
  if (log_kind(record) == LogKind::changes) {
    FIRN_CO_TRY(const auto changes, decode_changes(record));
    for (const Change& change : changes) replay_change(change, end);
  } else {
    FIRN_CO_TRY(const Change change, decode_change(record));
    if (log_kind(record) == LogKind::change_with_data)
      FIRN_CO_CHECK(co_await replay_data(&change, attached_data(change, record)));
    replay_change(change, end);
  }
  if (replay_window_is_full()) co_return co_await catch_up();
  co_return Result<void>();
}

// Nobody knows whether it came to its place before the crash.
Task<Result<void>> StoreImpl::replay_data(const Change* change, ByteView data) {
  if (!core_->main_device->has_room()) FIRN_CO_CHECK(co_await core_->main_device->write_out());
  for_each_run(*change, [&](Run run) {
    const ByteView part = data.first(static_cast<size_t>(run.bytes));
    data = data.subspan(part.size());
    core_->main_device->hold(run.first.value * kBlockBytes, {&part, 1});
  });
  co_return Result<void>();
}

Task<Result<void>> StoreImpl::replay_in_order(std::string_view record, Lsn end) {
  if (is_removal(record)) {
    FIRN_CO_TRY(const RemovalRecord removal, decode_removal(record));
    note_removal(removal);
    co_return Result<void>();
  }
  switch (log_kind(record)) {
    case LogKind::prepare:
      co_return replay_prepare(record);
    case LogKind::decide:
      co_return co_await replay_decision(record, end);
    case LogKind::remove_tail:
      co_return co_await replay_tail(record);
    default:
      co_return unknown_log_kind(log_kind(record));
  }
}

void StoreImpl::replay_change(const Change& change, Lsn end) {
  for (const TreeWrite& write : tree_writes(change)) replay_window_->add(write, end);
  for_each_run(change, [this](Run run) { core_->space.settle(run); });
  core_->clock.advance_to(change.epoch);
  core_->requests.forget_below(change.request.client, change.completed_below);
  core_->requests.remember(change.request, change.epoch, change.object.pg);
}

// Its entries must not change more pages than there is memory for before there can be a checkpoint. Each
// changes one, which is clean or in no checkpoint yet, and together they make as many as they fill.
bool StoreImpl::replay_window_is_full() const {
  const PageCache& pages = core_->pages;
  const uint64_t clean = pages.page_count() - std::min(pages.page_count(), pages.dirty_pages());
  const uint64_t changed = std::min<uint64_t>(replay_window_->size(), clean);
  const uint64_t made = 2 * replay_window_->bytes() / kPageBytes;
  return replay_window_->is_full() || changed + made > pages.limit_pages() / kWindowPagesFraction;
}

// No other change is in progress: what was prepared once is inserted at once.
Task<Result<void>> StoreImpl::catch_up() {
  ReplayWindow& window = *replay_window_;
  window.sort();
  for (size_t i = 0; i < window.size(); i++) {
    window.prefetch(i + kEntriesAhead);
    const ReplayWindow::Entry entry = window.entry(i);
    for (auto ready = core_->tree.prepare(entry.key); !ready; ready = core_->tree.prepare(entry.key)) {
      FIRN_CO_CHECK(co_await core_->pages.load(ready.error().page));
    }
    insert_entry(EntryView{entry.key, entry.value}, epoch_of(entry.key), entry.lsn);
  }
  window.clear();
  co_return Result<void>();
}

}  // namespace firn::vos

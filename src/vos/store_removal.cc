// Removal of containers and placement groups; see store_impl.h and removals.h.
#include "base/assert.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {
constexpr size_t kKeysPerSlice = 64;
}  // namespace

Task<Result<void>> StoreImpl::remove_container(ContainerId container) {
  co_return co_await remove({.container = container});
}

Task<Result<void>> StoreImpl::remove_group(PgIndex pg) { co_return co_await remove({.pg = pg}); }

Task<Result<void>> StoreImpl::remove(RemovalRecord removal) {
  const std::string record = encode_removal(removal);
  while (!has_room(record.size(), SpaceUse::reserved)) {
    FIRN_CO_CHECK(co_await admit(record.size(), SpaceUse::reserved));
  }
  const bool is_new = removal.container ? !core_->removals.is_removed(*removal.container)
                                        : !core_->removals.is_removed(*removal.pg);
  if (is_new) {
    FIRN_CO_TRY(const Lsn end, core_->log().append(record, false));
    note_removal(removal);
    start_removals();
    co_return co_await wait_durable(end);
  }
  co_return co_await wait_durable(core_->log().end());
}

bool StoreImpl::note_removal(const RemovalRecord& removal) {
  return removal.container ? core_->removals.add(*removal.container) : core_->removals.add(*removal.pg);
}

// --- in the background ---------------------------------------------------------------------------

void StoreImpl::start_removals() {
  if (removals_run_ || gate_.closing() || core_->removals.pending() == 0) return;
  removals_run_ = true;
  gate_.spawn(background_removals());
}

Task<void> StoreImpl::background_removals() {
  co_await yield(core_->runtime.executor());
  const auto done = co_await erase_removed();
  removals_run_ = false;
  if (done) {
    start_removals();  // of what was added at the end
  } else if (!gate_.closing()) {
    core_->runtime.log().warning("a removal goes on when the store is opened again error=\"" +
                                 done.error().message() + "\"");
  }
}

Task<Result<void>> StoreImpl::erase_removed() {
  const auto turn = co_await reclaiming_.acquire();
  while (const auto container = core_->removals.next_container()) {
    FIRN_CO_CHECK(co_await erase_container(*container));
    core_->removals.erased(*container);
  }
  while (const auto pg = core_->removals.next_group()) {
    FIRN_CO_CHECK(co_await erase_group(*pg));
    core_->removals.erased(*pg);
    // If it fails, replay would erase the group again: it stays closed until the store is opened anew.
    FIRN_CO_CHECK(co_await core_->checkpoint());
    core_->removals.reopen(*pg);
  }
  co_return Result<void>();
}

Task<Result<void>> StoreImpl::erase_container(ContainerId container) {
  std::string position = container_prefix(PgIndex{0}, container);
  while (true) {
    std::vector<std::string> keys;
    if (gate_.closing()) co_return fail(Code::canceled, "the store is being closed");
    const auto more = share_.work([&] { return collect_container(container, position, keys); });
    if (!more) {
      FIRN_CO_TRY(const Loaded loaded, co_await load_or_go_behind(more.error().page, &position));
      if (loaded == Loaded::end) co_return Result<void>();
    }
    FIRN_CO_CHECK(co_await erase(&keys));
    if (more && !*more) co_return Result<void>();
  }
}

Task<Result<void>> StoreImpl::erase_group(PgIndex pg) {
  const std::string prefix = pg_prefix(pg);
  while (true) {
    std::vector<std::string> keys;
    if (gate_.closing()) co_return fail(Code::canceled, "the store is being closed");
    const auto more = share_.work([&] { return collect_group(prefix, keys); });
    if (!more) FIRN_CO_CHECK(co_await core_->pages.load(more.error().page));
    FIRN_CO_CHECK(co_await erase(&keys));
    if (more && !*more) co_return Result<void>();
  }
}

// The first keys of the group. False if those are all.
Faultable<bool> StoreImpl::collect_group(const std::string& prefix, std::vector<std::string>& keys) {
  Tree::Cursor cursor(core_->tree);
  FIRN_TRY(bool at_entry, cursor.seek(prefix));
  while (at_entry && cursor.starts_with(prefix)) {
    if (keys.size() == kKeysPerSlice) return true;
    keys.emplace_back(cursor.key());
    FIRN_TRY(at_entry, cursor.next());
  }
  return false;
}

// Keys of the container from `position` on, which moves behind them. False behind the last placement group.
Faultable<bool> StoreImpl::collect_container(ContainerId container, std::string& position,
                                             std::vector<std::string>& keys) {
  Probe probe(core_->tree);
  while (keys.size() < kKeysPerSlice) {
    FIRN_TRY(const bool at_entry, probe.seek(position));
    if (!at_entry) return false;
    const std::string_view key = probe.key();
    const PgIndex pg = object_of(key).pg;
    const std::string prefix = container_prefix(pg, container);
    if (key.starts_with(prefix)) {
      keys.emplace_back(key);
      position = key;
      position += '\0';
    } else if (key < prefix) {
      position = prefix;
    } else if (pg.value == UINT32_MAX) {
      return false;
    } else {
      position = container_prefix(PgIndex{pg.value + 1}, container);
    }
  }
  return true;
}

}  // namespace firn::vos

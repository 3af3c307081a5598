// Fetch, list, query; see store_impl.h.
//
// A read chooses its epoch, finds in the tree what is visible there, waits until all it has seen is durable,
// and answers. What it found stays true meanwhile: changes have later epochs, and Reading keeps aggregation
// and reuse of blocks away.
#include "base/assert.h"
#include "model/wire.h"
#include "vos/fetch_data.h"
#include "vos/fetch_scan.h"
#include "vos/list_scan.h"
#include "vos/query_scan.h"
#include "vos/store_impl.h"
#include "vos/wait_watch.h"

namespace firn::vos {

namespace {

Result<void> check_fetch(const Fetch& fetch) {
  FIRN_CHECK(check_dkey(fetch.dkey));
  const Condition wrong = Condition::punch | Condition::dkey_insert | Condition::dkey_update |
                          Condition::akey_insert | Condition::akey_update;
  if (has(fetch.conditions, wrong)) return fail(Code::invalid, "a fetch has a condition of a change");
  if (fetch.items.size() > kItemsPerRequestMax) {
    return fail(Code::too_big, "too many items in one fetch").on("items_max", kItemsPerRequestMax);
  }
  size_t extents = 0;
  for (const FetchItem& item : fetch.items) {
    FIRN_CHECK(check_akey(fetch.dkey, item.akey));
    FIRN_CHECK(check_recxs(item.recxs, true));
    FIRN_CHECK(check_item_conditions(item.conditions, fetch.conditions, Condition::akey_fetch));
    extents += item.recxs.size();
  }
  if (extents <= kExtentsPerRequestMax) return {};
  return fail(Code::too_big, "too many extents in one fetch").on("extents_max", kExtentsPerRequestMax);
}

Error on_dkey(Error error, const Fetch& fetch) {
  return std::move(error).on("object", fetch.object.object.text()).on("dkey", print(fetch.dkey));
}

}  // namespace

// Loads the page that is missing and lets the scan go on, until it needs no more. Pointers are to the
// caller's frame.
template <class Scan>
Task<Result<void>> StoreImpl::look_up(Scan* scan, Reading* reading, Fault fault, StoreWaits* waits) {
  const WaitWatch watch(core_->runtime, waits, &StoreWaits::pages_ns);
  reading->begin();
  while (true) {
    scans_waiting_++;
    auto loaded = co_await core_->pages.load(fault.page);
    scans_waiting_--;
    FIRN_CO_CHECK(std::move(loaded));
    scan->forget();
    const auto done = scan->run();
    if (done) co_return Result<void>();
    fault = done.error();
  }
}

// One coroutine where nothing has to be waited for: those for the rare cases cost only whom they concern.
Task<Result<FetchResult>> StoreImpl::fetch(Fetch fetch) {
  FIRN_CO_CHECK(check_fetch(fetch));
  if (is_guarded(fetch.transaction)) FIRN_CO_CHECK(co_await guard_read(&fetch));
  const Epoch asked = fetch.epoch;
  fetch.epoch = read_epoch(fetch.object, asked);
  Reading reading(*this, fetch.epoch);
  FetchScan scan({core_->tree, core_->punches, core_->clock}, fetch);
  if (const auto done = scan.run(); !done)
    FIRN_CO_CHECK(co_await look_up(&scan, &reading, done.error(), fetch.waits));
  FetchResult result{asked == kEpochMax ? fetch.epoch : asked, {}, {}};
  Result<void> data_read;
  if (!scan.refused && scan.payload_bytes > 0) {
    result.payload = Buffer(static_cast<size_t>(scan.payload_bytes));
    FetchData data(scan, result.payload.bytes());
    if (scan.on_device) {
      reading.begin();
      const WaitWatch watch(core_->runtime, fetch.waits, &StoreWaits::data_ns);
      data_read = co_await data.read(*core_->main_device);
    } else {
      data_read = data.copy_inline();
    }
  }
  // First: a change whose flush failed may have lost its data, which then is not damage of what was stored.
  if (!core_->log().is_durable(scan.touched()))
    FIRN_CO_CHECK(co_await wait_durable(scan.touched(), fetch.waits));
  if (!data_read) co_return on_dkey(std::move(data_read).error(), fetch);
  if (scan.refused) co_return on_dkey(std::move(*scan.refused), fetch);
  result.items = std::move(scan.items);
  co_return result;
}

Task<Result<ListResult>> StoreImpl::list(List list) {
  if (list.level > ListLevel::extents) co_return fail(Code::invalid, "no such level to list");
  if (list.level >= ListLevel::akeys) FIRN_CO_CHECK(check_dkey(list.dkey));
  if (list.level == ListLevel::extents) FIRN_CO_CHECK(check_akey(list.dkey, list.akey));
  if (is_guarded(list.transaction)) FIRN_CO_CHECK(co_await guard_read(&list));
  list.epoch = read_epoch(list.object, list.epoch);
  Reading reading(*this, list.epoch);
  ListScan scan(core_->tree, list);
  if (const auto done = scan.run(); !done)
    FIRN_CO_CHECK(co_await look_up(&scan, &reading, done.error(), list.waits));
  FIRN_CO_CHECK(co_await wait_durable(scan.touched(), list.waits));
  co_return std::move(scan.result);
}

Task<Result<QueryResult>> StoreImpl::query(Query query) {
  const bool needs_dkey = (query.find_akey || query.find_recx) && !query.find_dkey;
  if (needs_dkey) FIRN_CO_CHECK(check_dkey(query.dkey));
  if (query.find_recx && !query.find_akey) FIRN_CO_CHECK(check_akey(query.dkey, query.akey));
  if (is_guarded(query.transaction)) FIRN_CO_CHECK(co_await guard_read(&query));
  query.epoch = read_epoch(query.object, query.epoch);
  Reading reading(*this, query.epoch);
  QueryScan scan(core_->tree, query);
  if (const auto done = scan.run(); !done)
    FIRN_CO_CHECK(co_await look_up(&scan, &reading, done.error(), query.waits));
  FIRN_CO_CHECK(co_await wait_durable(scan.touched(), query.waits));
  co_return std::move(scan.result);
}

}  // namespace firn::vos

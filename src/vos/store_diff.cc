// What changed since an epoch; see store_impl.h.
#include "vos/diff_scan.h"
#include "vos/fetch_data.h"
#include "vos/store_impl.h"

namespace firn::vos {

Task<Result<DiffResult>> StoreImpl::diff(Diff diff) {
  if (diff.bytes_max > kRequestDataBytesMax) {
    co_return fail(Code::too_big, "one answer cannot hold as much").on("bytes_max", kRequestDataBytesMax);
  }
  FIRN_CO_CHECK(co_await wait_for_tail(diff.pg));
  if (diff.since != kEpochNone && diff.since < core_->versions.tombstones_gone) {
    co_return fail(Code::stale, "punches that the difference would have to hold were aggregated")
        .on("since", diff.since.value)
        .on("gone_upto", core_->versions.tombstones_gone.value)
        .remedy("copy the whole group into an empty one");
  }
  diff.upto = read_epoch({.pg = diff.pg}, diff.upto);
  const Space::Reader blocks = core_->space.begin_read();
  DiffScan scan(core_->tree, diff);
  for (auto done = scan.run(); !done; done = scan.run()) {
    scans_waiting_++;
    auto loaded = co_await core_->pages.load(done.error().page);
    scans_waiting_--;
    FIRN_CO_CHECK(std::move(loaded));
    scan.forget();
  }
  scan.result.payload = Buffer(static_cast<size_t>(scan.payload_bytes));
  std::vector<FetchedItem> items(scan.result.records.size());
  for (FetchedItem& item : items) item.sent = true;  // no list of extents is wanted
  FetchData data(scan.fragments, scan.stored, items, scan.result.payload.bytes());
  auto data_read = co_await data.read(*core_->main_device);
  FIRN_CO_CHECK(co_await wait_durable(scan.touched()));
  if (!data_read) co_return std::move(data_read).error().on("pg", diff.pg.value);
  co_return std::move(scan.result);
}

}  // namespace firn::vos

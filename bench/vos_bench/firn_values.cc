#include "vos_bench/firn_values.h"

#include "codec/crc32c.h"
#include "runtime/when_all.h"

namespace firn::bench {

namespace {

constexpr size_t kLoadInFlight = 512;
constexpr uint64_t kLoadSlice = 1 << 13;  // requests are memory too

FirnSetup firn_setup(const StoreSetup& setup) {
  constexpr uint64_t kBytesPerKeyMax = 1024;  // versions and copies of pages included
  return {.directory = setup.directory,
          .log_device_bytes = 1ull << 30,
          .main_device_bytes = (1ull << 30) + setup.keys * kBytesPerKeyMax,
          .kind = setup.firn_files ? DeviceKind::buffered : DeviceKind::automatic,
          .prewrite_log = true,
          .count_bytes = setup.count_bytes,
          .options = {.cache_bytes = setup.cache_bytes, .log_bytes_per_checkpoint = 128ull << 20}};
}

}  // namespace

FirnValues::FirnValues(const StoreSetup& setup) : FirnValues(setup.space, firn_setup(setup)) {}

FirnValues::FirnValues(KeySpace space, FirnSetup setup) : space_(space), firn_(std::move(setup)) {}

vos::ObjectRef FirnValues::object(uint64_t key) const {
  return {PgIndex{3}, ContainerId{}, space_.object(key)};
}

void FirnValues::prepare_updates(std::span<const uint64_t> keys) {
  updates_.clear();
  values_.clear();
  for (const uint64_t key : keys) {
    values_.push_back(value_of(key));
    vos::Update& update = updates_.emplace_back(object(key), uint64_key(space_.dkey(key)));
    update.items.push_back(
        {.akey = kAkey, .record_bytes = kValueBytes, .checksums = {crc32c(values_.back())}});
  }
}

Task<Result<void>> FirnValues::update_every(size_t first, size_t step) {
  for (size_t i = first; i < updates_.size(); i += step) {
    const ByteView value = values_[i];
    FIRN_CO_CHECK(co_await firn_.store().update(std::move(updates_[i]), {&value, 1}));
  }
  co_return {};
}

void FirnValues::run_updates(Concurrency how) {
  std::vector<Task<Result<void>>> loops;
  for (size_t i = 0; i < how.group; i++) loops.push_back(update_every(i, how.group));
  firn_.run(when_all_ok(std::move(loops)));
}

void FirnValues::prepare_fetches(std::span<const uint64_t> keys) {
  fetches_.clear();
  for (const uint64_t key : keys) {
    vos::Fetch& fetch = fetches_.emplace_back(object(key), uint64_key(space_.dkey(key)));
    fetch.items.push_back({.akey = kAkey, .capacity_bytes = kValueBytes});
  }
}

Task<Result<void>> FirnValues::fetch_every(size_t first, size_t step) {
  for (size_t i = first; i < fetches_.size(); i += step) {
    FIRN_CO_TRY(const auto found, co_await firn_.store().fetch(std::move(fetches_[i])));
    if (found.payload.size() != kValueBytes) co_return fail(Code::corrupt, "firn: a value is not there");
  }
  co_return {};
}

void FirnValues::run_fetches(Concurrency how) {
  std::vector<Task<Result<void>>> loops;
  for (size_t i = 0; i < how.group; i++) loops.push_back(fetch_every(i, how.group));
  firn_.run(when_all_ok(std::move(loops)));
}

void FirnValues::load(uint64_t begin, uint64_t end) {
  for (uint64_t at = begin; at < end; at += kLoadSlice) {
    prepare_updates(key_range(at, std::min(at + kLoadSlice, end)));
    run_updates({.group = kLoadInFlight});
  }
}

void FirnValues::settle() { firn_.run(firn_.store().checkpoint()); }

void FirnValues::quiesce() { settle(); }

uint64_t FirnValues::device_bytes_written() const { return firn_.counts().bytes_written; }

Task<Result<uint64_t>> FirnValues::count_dkeys() {
  uint64_t count = 0;
  vos::List list{.level = vos::ListLevel::dkeys, .object = object(0)};
  for (;;) {
    FIRN_CO_TRY(auto found, co_await firn_.store().list(list));
    count += found.keys.size();
    if (found.end) co_return count;
    list.after = std::move(found.keys.back());
  }
}

uint64_t FirnValues::enumerate() { return firn_.run(count_dkeys()); }

}  // namespace firn::bench

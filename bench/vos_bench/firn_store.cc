#include "vos_bench/firn_store.h"

namespace firn::bench {

namespace {
constexpr char kLogName[] = "log";
constexpr char kMainName[] = "main";
constexpr size_t kPrewriteBytes = 1 << 20;
}  // namespace

std::string FirnSetup::text() const {
  return fmt::format(
      "devices={} cache={} log_bytes_per_checkpoint={} log_device={} main_device={} readable_from={}",
      device_kind_name(kind), options.cache_bytes, options.log_bytes_per_checkpoint, log_device_bytes,
      main_device_bytes, options.retention.readable_from.value);
}

FirnStore::FirnStore(FirnSetup setup)
    : setup_(std::move(setup)),
      runtime_(must(RealRuntime::create(
          {.storage_root = setup_.directory, .device_kind = setup_.kind, .log_level = LogLevel::warning}))) {
  must(runtime_->run(format()));
  open();
}

FirnStore::~FirnStore() {
  if (store_) close();
}

void FirnStore::open() { store_ = must(runtime_->run(open_devices())); }

void FirnStore::close() {
  must(runtime_->run(store_->close()));
  store_.reset();
}

Task<Result<void>> FirnStore::create_device(std::string name, uint64_t bytes, bool prewrite) {
  FIRN_CO_TRY(auto device, co_await runtime_->storage().create(std::move(name), bytes));
  if (!prewrite) co_return {};
  Buffer zeros(kPrewriteBytes);
  std::memset(zeros.data(), 0, zeros.size());
  for (uint64_t at = 0; at < bytes; at += zeros.size()) {
    const ByteView part = zeros.bytes().first(std::min<uint64_t>(zeros.size(), bytes - at));
    FIRN_CO_CHECK(co_await device->write(at, {&part, 1}));
  }
  co_return co_await device->flush();
}

Task<Result<void>> FirnStore::format() {
  FIRN_CO_CHECK(co_await create_device(kLogName, setup_.log_device_bytes, setup_.prewrite_log));
  FIRN_CO_CHECK(co_await create_device(kMainName, setup_.main_device_bytes, setup_.prewrite_main));
  FIRN_CO_TRY(auto log, co_await runtime_->storage().open(kLogName));
  FIRN_CO_TRY(auto main, co_await runtime_->storage().open(kMainName));
  co_return co_await vos::Store::format(*runtime_, *log, *main, {.store = Uuid::random(runtime_->rng())});
}

Task<Result<std::unique_ptr<BlockDevice>>> FirnStore::open_device(std::string name) {
  FIRN_CO_TRY(auto device, co_await runtime_->storage().open(std::move(name)));
  if (setup_.count_bytes) device = std::make_unique<CountingDevice>(std::move(device), counts_);
  co_return device;
}

Task<Result<std::unique_ptr<vos::Store>>> FirnStore::open_devices() {
  FIRN_CO_TRY(auto log, co_await open_device(kLogName));
  FIRN_CO_TRY(auto main, co_await open_device(kMainName));
  co_return co_await vos::Store::open(*runtime_, std::move(log), std::move(main), setup_.options);
}

}  // namespace firn::bench

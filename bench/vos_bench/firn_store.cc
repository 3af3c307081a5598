#include "vos_bench/firn_store.h"

namespace firn::bench {

namespace {
constexpr char kLogName[] = "log";
constexpr char kMainName[] = "main";
}  // namespace

std::string FirnSetup::text() const {
  return fmt::format("cache={} log_bytes_per_checkpoint={} log_device={} main_device={}", options.cache_bytes,
                     options.log_bytes_per_checkpoint, log_device_bytes, main_device_bytes);
}

FirnStore::FirnStore(FirnSetup setup)
    : setup_(std::move(setup)),
      runtime_(
          must(RealRuntime::create({.storage_root = setup_.directory, .log_level = LogLevel::warning}))) {
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

Task<Result<void>> FirnStore::format() {
  Storage& storage = runtime_->storage();
  FIRN_CO_TRY(auto log, co_await storage.create(kLogName, setup_.log_device_bytes));
  FIRN_CO_TRY(auto main, co_await storage.create(kMainName, setup_.main_device_bytes));
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

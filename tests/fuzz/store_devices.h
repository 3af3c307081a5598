// A small store on devices in memory, for fuzzers that damage it: built once, copied for each input.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/endian.h"
#include "runtime/blocking_run.h"
#include "vos/core.h"
#include "vos/crash_device_test.h"

namespace firn::vos {

// The input as a stream of numbers; zeros at its end.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ >= size_; }
  uint64_t number(size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes && at_ < size_; i++) value |= uint64_t{data_[at_++]} << (8 * i);
    return value;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

// Records are runs (block, bytes), 16 bytes each, and then a name of less than 16 bytes that goes into the
// tree.
class FuzzVisitor final : public ReplayVisitor {
 public:
  explicit FuzzVisitor(Core& core) : core_(core) {}
  static std::vector<Run> runs_of(std::string_view record) {
    std::vector<Run> runs;
    for (; record.size() >= 16; record.remove_prefix(16)) {
      runs.push_back(
          {BlockIndex{load_little<uint64_t>(record.data())}, load_little<uint64_t>(record.data() + 8)});
    }
    return runs;
  }
  Result<void> claim(std::string_view record) override {
    for (const Run run : runs_of(record)) FIRN_CHECK(core_.space.claim(run));
    return {};
  }
  Task<Result<void>> apply(std::string_view record, Lsn end) override {
    FIRN_CO_CHECK(co_await insert(std::string(record.substr(record.size() / 16 * 16)), end));
    for (const Run run : runs_of(record)) core_.space.settle(run);
    co_return Result<void>();
  }
  Task<Result<void>> catch_up() override { co_return Result<void>(); }
  Task<Result<void>> insert(std::string name, Lsn end) {
    while (true) {
      const auto ready = core_.tree.prepare(name);
      if (ready) break;
      FIRN_CO_CHECK(co_await core_.pages.load(ready.error().page));
    }
    core_.tree.insert(name, "value", core_.clock.next(core_.runtime.wall_time()), end);
    co_return Result<void>();
  }

 private:
  Core& core_;
};

struct FuzzStore {
  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime.executor(), std::move(task));
  }
  static Task<Result<std::unique_ptr<Core>>> open(FuzzStore* self) {
    auto& executor = self->runtime.executor();
    FIRN_CO_TRY(auto core, co_await Core::open(
                               self->runtime, std::make_unique<CrashDevice>(executor, self->log, self->plan),
                               std::make_unique<CrashDevice>(executor, self->main, self->plan),
                               StoreOptions{.cache_bytes = 1 << 20}));
    FuzzVisitor visitor(*core);
    FIRN_CO_CHECK(co_await core->replay(visitor));
    co_return core;
  }
  // One change, as an operation makes it.
  static Task<Result<void>> change(Core* core, std::string name, uint64_t data_bytes) {
    std::string record;
    std::vector<Run> runs;
    if (data_bytes > 0) {
      FIRN_CO_TRY(runs, co_await core->allocate(data_bytes, SpaceUse::ordinary));
    }
    for (const Run run : runs) {
      record.append(16, '\0');
      store_little(record.data() + record.size() - 16, run.first.value);
      store_little(record.data() + record.size() - 8, run.bytes);
    }
    record += name;
    FIRN_CO_CHECK(co_await core->admit(record.size(), SpaceUse::ordinary));
    FuzzVisitor visitor(*core);
    FIRN_CO_CHECK(co_await visitor.insert(name, core->log().end()));
    FIRN_CO_TRY(const Lsn lsn, core->log().append(record, !runs.empty()));
    for (const Run run : runs) core->space.settle(run);
    core->requests.remember({ClientId{name.size()}, RequestSequence{record.size()}}, core->clock.last(),
                            PgIndex{1});
    co_return co_await core->log().wait_durable(lsn);
  }
  // A store with a checkpoint and some records behind it.
  static const FuzzStore& base() {
    static const std::unique_ptr<FuzzStore> store = [] {
      auto made = std::make_unique<FuzzStore>();
      CrashDevice log_device(made->runtime.executor(), made->log, made->plan);
      CrashDevice main_device(made->runtime.executor(), made->main, made->plan);
      FormatOptions options;
      options.store = Uuid{{1, 2, 3}};
      FIRN_ASSERT(made->run(Core::format(made->runtime, log_device, main_device, options)).has_value());
      auto core = *made->run(open(made.get()));
      for (uint64_t i = 0; i < 40; i++) {
        if (i == 20) FIRN_ASSERT(made->run(core->checkpoint()).has_value());
        FIRN_ASSERT(made->run(change(core.get(), "name " + std::to_string(i), i * 300)).has_value());
      }
      made->run(core->quiet());
      return made;
    }();
    return *store;
  }
  // A copy of it. Always in the same memory: these devices are most of what an input would cost.
  static FuzzStore& copy_of_base() {
    static FuzzStore copy;
    copy.log.current = base().log.current;
    copy.main.current = base().main.current;
    copy.log.unflushed.clear();
    copy.main.unflushed.clear();
    return copy;
  }
  // Whatever the devices hold: it opens and works, or says why not.
  void use() {
    auto opened = run(open(this));
    if (!opened) {
      FIRN_ASSERT(!opened.error().message().empty());
      return;
    }
    const std::unique_ptr<Core> core = *std::move(opened);
    static_cast<void>(run(change(core.get(), "new", 5000)));
    static_cast<void>(run(core->checkpoint()));
    static_cast<void>(run(core->close()));
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium log{1 << 20};
  Medium main{4 << 20};
};

}  // namespace firn::vos

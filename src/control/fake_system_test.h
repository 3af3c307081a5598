// A control service in a system of fakes: metadata and stores outlive the service, as they outlive a crash;
// and a crash can be planned at any step.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/control_service.h"
#include "control/manual_runtime_test.h"
#include "control/memory_meta_store.h"
#include "control/target_directory.h"
#include "runtime/sleep.h"

namespace firn::control {

// Counts the steps that change something outside the service. From step `fail_at` on all of them fail.
struct Steps {
  int done = 0;
  int fail_at = INT32_MAX;
  Result<void> next() {
    if (++done >= fail_at) return fail(Code::io, "planned failure");
    return {};
  }
};

// A MetaStore whose commits are steps.
class StepMetaStore final : public MetaStore {
 public:
  StepMetaStore(MetaStore& real, Steps& steps) : real_(real), steps_(steps) {}
  Task<Result<std::optional<MetaEntry>>> get(std::string key) override { return real_.get(std::move(key)); }
  Task<Result<std::vector<MetaEntry>>> list(std::string prefix) override {
    return real_.list(std::move(prefix));
  }
  Task<Result<bool>> commit(MetaTransaction transaction) override {
    FIRN_CO_CHECK(steps_.next());
    auto result = co_await real_.commit(std::move(transaction));
    // The answer may be lost although it was done.
    FIRN_CO_CHECK(steps_.next());
    co_return result;
  }

 private:
  MetaStore& real_;
  Steps& steps_;
};

class FakeTargets final : public TargetDirectory {
 public:
  static constexpr uint32_t kTargets = 3;
  using StoreKey = std::pair<PoolId, uint32_t>;

  FakeTargets(Executor& executor, Steps& steps) : executor_(executor), steps_(steps) {}

  uint32_t target_count() const override { return kTargets; }
  Task<Result<uint64_t>> disk_free_bytes() override { co_return uint64_t{1} << 30; }
  Task<Result<void>> create_store(PoolMap map, uint32_t target, uint64_t capacity_bytes) override {
    co_await yield(executor_);
    FIRN_CO_CHECK(steps_.next());
    stores[{map.pool, target}] = capacity_bytes;
    co_return Result<void>();
  }
  Task<Result<void>> destroy_store(PoolId pool, uint32_t target) override {
    co_await yield(executor_);
    FIRN_CO_CHECK(steps_.next());
    stores.erase({pool, target});
    co_return Result<void>();
  }
  Task<Result<void>> remove_container(PoolId, uint32_t target, ContainerId container) override {
    co_await yield(executor_);
    FIRN_CO_CHECK(steps_.next());
    removed.insert({container, target});
    co_return Result<void>();
  }
  Task<Result<TargetSpace>> space(PoolId pool, uint32_t target) override {
    co_await yield(executor_);
    const auto found = stores.find({pool, target});
    if (found == stores.end()) co_return fail(Code::not_found, "no such store");
    co_return TargetSpace{found->second, found->second / 2};
  }

  std::map<StoreKey, uint64_t> stores;
  std::set<std::pair<ContainerId, uint32_t>> removed;

 private:
  Executor& executor_;
  Steps& steps_;
};

class FakeSystem {
 public:
  FakeSystem() { boot(); }
  ~FakeSystem() { runtime.run(service->close()); }

  // What was in memory is lost.
  void restart() {
    runtime.run(service->close());
    boot();
  }
  // The same, without planned failures.
  void restart_after_crash() {
    steps = {};
    restart();
  }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return runtime.run(std::move(task));
  }
  // A caller with an identity of its own for each sequence.
  static Caller caller(uint64_t sequence) {
    return {{ClientId{1}, RequestSequence{sequence}}, RequestSequence{1}};
  }

  Result<PoolInfo> create_pool(std::string label, Caller who = {}) {
    PoolCreateRequest request;
    request.label = std::move(label);
    return run(service->pools().create(std::move(request), who));
  }
  Result<ContainerInfo> create_container(std::string pool, std::string label, Caller who = {}) {
    return run(service->containers().create({std::move(pool), std::move(label), {}}, who));
  }
  Result<Empty> destroy_pool(std::string pool, bool recursive = false, Caller who = {}) {
    return run(service->pools().destroy({std::move(pool), recursive}, who));
  }
  Result<Empty> destroy_container(std::string pool, std::string container, Caller who = {}) {
    return run(service->containers().destroy({std::move(pool), std::move(container)}, who));
  }
  // Keys in the metadata, without those of the system and of remembered requests.
  std::vector<std::string> keys_left() {
    std::vector<std::string> left;
    for (const auto* prefix : {"pool", "container", "oid", "attributes"}) {
      for (const MetaEntry& entry : ok(runtime.run(meta.list(prefix)))) left.push_back(entry.key);
    }
    return left;
  }
  size_t requests_remembered() { return ok(runtime.run(meta.list("request/"))).size(); }

  ManualRuntime runtime;
  Steps steps;
  MemoryMetaStore meta;
  StepMetaStore step_meta{meta, steps};
  FakeTargets targets{runtime.executor(), steps};
  std::unique_ptr<ControlService> service;

 private:
  void boot() {
    service =
        std::make_unique<ControlService>(runtime, step_meta, targets, ControlOptions{.version = "test"});
    ok(run(service->start()));
  }
};

}  // namespace firn::control

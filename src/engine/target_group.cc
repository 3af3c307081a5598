// All targets of one engine; see target_group.h.
#include "engine/target_group.h"

#include <utility>

#include "net/deadline_wait.h"
#include "runtime/sync.h"
#include "runtime/when_all.h"

namespace firn::engine {

TargetGroup::TargetGroup(Runtime& control, std::vector<Runtime*> targets, DiskFree disk_free)
    : control_(control), disk_free_(std::move(disk_free)) {
  for (Runtime* runtime : targets) slots_.push_back(std::make_unique<Slot>(*runtime));
}

TargetGroup::~TargetGroup() {
  for (const auto& slot : slots_) FIRN_ASSERT(slot->target == nullptr);
}

Task<void> TargetGroup::start(Rank rank, TargetOptions options) {
  for (uint32_t i = 0; i < target_count(); i++) {
    Slot* const slot = slots_[i].get();
    const auto make = [=] { return make_target(slot, TargetPlace{rank, i}, options); };
    co_await call_on(control_.executor(), slot->runtime.executor(), slot->gate, make);
  }
}

Task<bool> TargetGroup::make_target(Slot* slot, TargetPlace place, TargetOptions options) {
  slot->target = std::make_unique<Target>(slot->runtime, place, options);
  co_return true;
}

Task<void> TargetGroup::close() {
  std::vector<Task<void>> closing;
  for (const auto& slot : slots_) {
    if (slot->target != nullptr) closing.push_back(close_slot(&control_.executor(), slot.get()));
  }
  co_await when_all(std::move(closing));
}

Task<void> TargetGroup::close_slot(Executor* here, Slot* slot) {
  Executor& there = slot->runtime.executor();
  co_await call_on(*here, there, slot->gate, [slot] { return close_target(slot); });
  // The answer comes from inside the gate. Once around, and the gate is empty: it may be destroyed.
  OneShot<bool> around(*here);
  there.submit([&] { here->submit([&] { around.set(true); }); });
  co_await around.wait();
}

Task<bool> TargetGroup::close_target(Slot* slot) {
  co_await slot->target->close();
  slot->target.reset();
  co_return true;
}

template <class Function>
Task<TargetGroup::ResultOf<Function>> TargetGroup::call(uint32_t target, Function make_task) {
  if (target >= slots_.size()) {
    co_return fail(Code::invalid, "the engine has fewer targets")
        .on("target", target)
        .on("targets", slots_.size())
        .remedy("start the engine with as many targets as it had when its pools were made");
  }
  Slot* const slot = slots_[target].get();
  co_return co_await call_on(control_.executor(), slot->runtime.executor(), slot->gate,
                             [&] { return make_task(slot->target->stores()); });
}

namespace {

// The answers that are there; belongs to the asking thread. Shared, because one may come when nobody waits
// for it any more.
template <class Answer>
struct Answers {
  explicit Answers(size_t count) : of_target(count), missing(count) {}
  void arrived(size_t target, Answer answer) {
    if (over) return;
    of_target[target] = std::move(answer);
    missing--;
    if (auto* const waiting = waiters.front(); missing == 0 && waiting != nullptr) waiting->wait.wake();
  }
  std::vector<std::optional<Answer>> of_target;
  size_t missing;
  bool over = false;
  net::DeadlineWait::List waiters;
};

}  // namespace

template <class Answer>
Task<std::vector<std::optional<Answer>>> TargetGroup::ask_all(Answer (*ask)(const Target& target),
                                                              Duration patience) {
  const auto answers = std::make_shared<Answers<Answer>>(slots_.size());
  Executor* const here = &control_.executor();
  for (size_t i = 0; i < slots_.size(); i++) {
    Slot* const slot = slots_[i].get();
    slot->runtime.executor().submit([=] {
      if (slot->target == nullptr) return;  // closed before this one's turn came
      here->submit(
          [answers, i, answer = ask(*slot->target)]() mutable { answers->arrived(i, std::move(answer)); });
    });
  }
  net::DeadlineWait wait(*here, here->now() + patience, {});
  answers->waiters.push_back(wait.place());
  co_await wait;
  answers->over = true;
  co_return std::move(answers->of_target);
}

Task<std::vector<std::optional<MetricsReply>>> TargetGroup::metrics(Duration patience) {
  return ask_all<MetricsReply>([](const Target& target) { return target.metrics(true); }, patience);
}

Task<std::vector<std::optional<SlowRequestsReply>>> TargetGroup::slow_requests(Duration patience) {
  return ask_all<SlowRequestsReply>([](const Target& target) { return target.slow_requests(); }, patience);
}

Task<Result<void>> TargetGroup::open_store(PoolMap map, uint32_t target) {
  return call(target, [map = std::move(map)](StoreTable& stores) { return stores.open(map); });
}

Task<Result<void>> TargetGroup::create_store(PoolMap map, uint32_t target, uint64_t capacity_bytes) {
  return call(target, [map = std::move(map), capacity_bytes](StoreTable& stores) {
    return stores.create(map, capacity_bytes);
  });
}

Task<Result<void>> TargetGroup::destroy_store(PoolId pool, uint32_t target) {
  return call(target, [pool](StoreTable& stores) { return stores.destroy(pool); });
}

Task<Result<void>> TargetGroup::remove_container(PoolId pool, uint32_t target, ContainerId container) {
  return call(target,
              [pool, container](StoreTable& stores) { return stores.remove_container(pool, container); });
}

Task<Result<control::TargetSpace>> TargetGroup::space(PoolId pool, uint32_t target) {
  return call(target, [pool](StoreTable& stores) { return stores.space(pool); });
}

}  // namespace firn::engine

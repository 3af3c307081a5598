// An engine as the program of a simulated node: control in the node's first thread, targets in the others.
// The metadata is outside of the node and survives its crashes, as a file does.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/memory_meta_store.h"
#include "engine/engine.h"
#include "runtime/gate.h"
#include "runtime/sync.h"
#include "sim/node.h"

namespace firn::engine {

class EngineNode final : public sim::NodeProgram {
 public:
  EngineNode(sim::NodeContext& context, control::MetaStore& meta)
      : context_(context),
        booting_(context.runtime().executor()),
        engine_(context.runtime(), target_runtimes(context), meta, options()) {
    booting_.spawn(boot(this));
  }

  Task<void> stop() override {
    co_await booting_.close();
    for (uint32_t thread = 0; listening_ && thread < context_.thread_count(); thread++) {
      co_await in_thread(thread, [this, thread] { context_.transport(thread).unlisten(service_of(thread)); });
    }
    co_await engine_.close();
  }

 private:
  static std::vector<Runtime*> target_runtimes(sim::NodeContext& context) {
    std::vector<Runtime*> runtimes;
    for (uint32_t thread = 1; thread < context.thread_count(); thread++)
      runtimes.push_back(&context.runtime(thread));
    return runtimes;
  }
  static EngineOptions options() {
    EngineOptions options;
    options.disk_free_bytes = [] { return uint64_t{1} << 40; };
    return options;
  }
  static uint32_t service_of(uint32_t thread) { return thread == 0 ? Address::kControlTarget : thread - 1; }

  static Task<void> boot(EngineNode* self) {
    auto started = co_await self->engine_.start();
    if (!started) co_return self->context_.runtime().log().error("engine: " + started.error().message());
    for (uint32_t thread = 0; thread < self->context_.thread_count(); thread++) {
      co_await self->in_thread(thread, [self, thread] {
        self->context_.transport(thread).listen(service_of(thread),
                                                self->engine_.acceptor(service_of(thread)));
      });
    }
    self->listening_ = true;
  }

  // Runs a function in another thread of the node and waits for its end.
  Task<void> in_thread(uint32_t thread, std::function<void()> function) {
    Executor& here = context_.runtime().executor();
    OneShot<bool> done(here);
    context_.runtime(thread).executor().submit([&] {
      function();
      here.submit([&] { done.set(true); });
    });
    co_await done.wait();
  }

  sim::NodeContext& context_;
  Gate booting_;
  Engine engine_;
  bool listening_ = false;
};

}  // namespace firn::engine

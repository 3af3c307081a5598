// A runtime in a thread of its own; see runtime_thread.h.
#include "runtime/runtime_thread.h"

namespace firn {

Result<std::unique_ptr<RuntimeThread>> RuntimeThread::start(RealRuntimeOptions options) {
  FIRN_TRY(auto runtime, RealRuntime::create(std::move(options)));
  return std::unique_ptr<RuntimeThread>(new RuntimeThread(std::move(runtime)));
}

RuntimeThread::RuntimeThread(std::unique_ptr<RealRuntime> runtime)
    : runtime_(std::move(runtime)),
      gate_(runtime_->executor()),
      closing_(runtime_->executor()),
      thread_([this] {
        runtime_->loop().run();
        detail::FramePool::clear();
      }) {}

RuntimeThread::~RuntimeThread() { stop(); }

void RuntimeThread::stop() {
  if (!thread_.joinable()) return;
  runtime_->executor().submit([this] { closing_.spawn(close_and_stop()); });
  thread_.join();
}

Task<void> RuntimeThread::close_and_stop() {
  co_await gate_.close();
  runtime_->loop().stop();
}

}  // namespace firn

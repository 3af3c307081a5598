// Signals by signalfd in a thread of their own; see interrupt.h.
#include "cli/interrupt.h"

#include <csignal>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace firn::cli {

namespace {
constexpr int kInterruptedStatus = 130;
}

InterruptWatcher::InterruptWatcher() {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, not the end of the process
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  end_ = ::eventfd(0, EFD_CLOEXEC);
  FIRN_ASSERT(signals_ >= 0);
  FIRN_ASSERT(end_ >= 0);
}

InterruptWatcher::~InterruptWatcher() {
  if (thread_.joinable()) {
    const uint64_t one = 1;
    (void)!::write(end_, &one, sizeof one);
    thread_.join();
  }
  ::close(signals_);
  ::close(end_);
}

void InterruptWatcher::watch(Executor& executor, std::function<void()> on_signal) {
  thread_ = std::thread([this, &executor, on_signal] { run(executor, on_signal); });
}

void InterruptWatcher::run(Executor& executor, std::function<void()> on_signal) {
  for (;;) {
    pollfd ready[2] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                       {.fd = end_, .events = POLLIN, .revents = 0}};
    if (::poll(ready, 2, -1) < 0) continue;
    if (ready[1].revents != 0) return;
    signalfd_siginfo signal;
    if (::read(signals_, &signal, sizeof signal) != sizeof signal) continue;
    if (interrupted_.exchange(true)) ::_exit(kInterruptedStatus);
    executor.submit([on_signal] { on_signal(); });
  }
}

}  // namespace firn::cli

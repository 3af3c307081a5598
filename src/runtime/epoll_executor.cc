// The epoll event loop; see epoll_executor.h.
#include "runtime/epoll_executor.h"

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "runtime/errno_error.h"
#include "runtime/frame_pool.h"
#include "runtime/real_spin.h"

namespace firn {

namespace {

constexpr int kEventsPerLook = 64;
// What is ready goes before a look at the network, but not for ever.
constexpr size_t kSettleTurnsMax = 64;
constexpr int kTurnsUnlookedMax = 8;

}  // namespace

Result<std::unique_ptr<EpollExecutor>> EpollExecutor::create(EpollOptions options) {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return errno_error(errno, "epoll_create1 failed");
  Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return errno_error(errno, "eventfd failed");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (::epoll_ctl(epoll.number(), EPOLL_CTL_ADD, wake.number(), &event) != 0)
    return errno_error(errno, "epoll_ctl failed");
  return std::unique_ptr<EpollExecutor>(new EpollExecutor(std::move(epoll), std::move(wake), options));
}

EpollExecutor::EpollExecutor(Descriptor epoll, Descriptor wake, EpollOptions options)
    : epoll_(std::move(epoll)),
      wake_(std::move(wake)),
      spin_policy_(options.spin ? std::thread::hardware_concurrency() : 1) {}

EpollExecutor::~EpollExecutor() { FIRN_ASSERT(!running_); }

MonotonicTime EpollExecutor::now() const { return real_monotonic_time(); }

void EpollExecutor::submit(std::move_only_function<void()> work) {
  inbox_.push(std::move(work));
  // Either the loop sees the work before it sleeps, or this sees its announcement. One of several callers
  // wakes it.
  if (!sleeping_.load() || !sleeping_.exchange(false)) return;
  const uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.number(), &one, sizeof one);
}

void EpollExecutor::run(MonotonicTime until) {
  FIRN_ASSERT(!running_);
  detail::FramePool::clear_at_thread_end();
  running_ = true;
  do {
    turn(until);
  } while (!stopping_ && (until == MonotonicTime::never() || now() < until));
  settle();
  stopping_ = false;
  running_ = false;
}

void EpollExecutor::turn(MonotonicTime until) {
  if (ready_.empty() && inbox_.empty() && !stopping_) {
    wait(until);
  } else if (look_due()) {
    looked_at_ = now();
    look();
  }
  pollers_.poll();
  inbox_.run_all();
  run_ready();
  if (!timers_.empty()) timers_.fire_due(looked_at_);
}

void EpollExecutor::run_ready() {
  // What is posted meanwhile belongs to the next turn.
  batch_.swap(ready_);
  for (const auto coroutine : batch_) coroutine.resume();
  batch_.clear();
}

// For what was woken last, e.g. a frame that waits to be sent.
void EpollExecutor::settle() {
  for (size_t turns = 0; turns < kSettleTurnsMax && !(ready_.empty() && inbox_.empty()); turns++) {
    inbox_.run_all();
    run_ready();
  }
}

// Each look is a system call. What is ready goes first, and so does what pollers have, but not for ever.
bool EpollExecutor::look_due() { return pollers_.empty() || ++unlooked_ >= kTurnsUnlookedMax; }

// True if anything has arrived. Who waits for it is ready then.
bool EpollExecutor::look() {
  unlooked_ = 0;
  epoll_event events[kEventsPerLook];
  const int count = ::epoll_wait(epoll_.number(), events, kEventsPerLook, 0);
  FIRN_ASSERT(count >= 0 || errno == EINTR);
  for (int i = 0; i < count; i++) {
    if (events[i].data.ptr != nullptr)
      static_cast<EpollWatch*>(events[i].data.ptr)->happened(events[i].events);
  }
  return count > 0;
}

bool EpollExecutor::arrivals() { return !inbox_.empty() || pollers_.ready() || (look_due() && look()); }

void EpollExecutor::wait(MonotonicTime until) {
  if (!look_due() && pollers_.ready()) return;
  const MonotonicTime begin = now();
  looked_at_ = begin;
  if (look()) return;
  until = std::min(until, timers_.next_deadline());
  if (until <= begin) return;
  const SpinPolicy::Plan plan = spin_policy_.plan();
  SpinPolicy::Crowd crowd = SpinPolicy::Crowd::nobody;
  const bool arrived =
      plan.poll_max.count() > 0 && spin_until(begin, std::min(begin + plan.poll_max, until), plan.yield_first,
                                              crowd, [this] { return arrivals(); });
  if (!arrived) block_until(until);
  spin_policy_.waited(now() - begin, crowd);
}

void EpollExecutor::block_until(MonotonicTime until) {
  sleeping_.store(true);
  pollers_.sleeping(true);
  if (inbox_.empty() && !pollers_.ready()) {
    const int64_t wait_ns = std::max<int64_t>((until - now()).count(), 0);
    const timespec timeout{.tv_sec = wait_ns / 1'000'000'000, .tv_nsec = wait_ns % 1'000'000'000};
    // The epoll descriptor itself is waited for, because epoll_wait() counts in milliseconds.
    pollfd arrivals{.fd = epoll_.number(), .events = POLLIN, .revents = 0};
    const bool forever = until == MonotonicTime::never();
    const int result = ::ppoll(&arrivals, 1, forever ? nullptr : &timeout, nullptr);
    FIRN_ASSERT(result >= 0 || errno == EINTR);
  }
  if (!sleeping_.exchange(false)) {
    uint64_t count = 0;  // who submits has written, or is about to
    [[maybe_unused]] const auto drained = ::read(wake_.number(), &count, sizeof count);
  }
  pollers_.sleeping(false);
  looked_at_ = now();
  look();
}

EpollWatch::EpollWatch(EpollExecutor& executor, int descriptor)
    : executor_(executor), descriptor_(descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  FIRN_ASSERT(flags >= 0);
  ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  const int result = ::epoll_ctl(executor.epoll_.number(), EPOLL_CTL_ADD, descriptor, &event);
  FIRN_ASSERT(result == 0);
}

EpollWatch::~EpollWatch() {
  FIRN_ASSERT(!readable_.waiting && !writable_.waiting);
  ::epoll_ctl(executor_.epoll_.number(), EPOLL_CTL_DEL, descriptor_, nullptr);
}

void EpollWatch::happened(uint32_t events) {
  constexpr uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & kEnd) != 0) hung_up_ = true;
  if ((events & (EPOLLIN | kEnd)) != 0) resume(readable_);
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) resume(writable_);
}

void EpollWatch::wake() {
  resume(readable_);
  resume(writable_);
}

void EpollWatch::resume(Direction& direction) {
  direction.possible = true;
  if (const auto waiting = std::exchange(direction.waiting, {})) executor_.post(waiting);
}

}  // namespace firn

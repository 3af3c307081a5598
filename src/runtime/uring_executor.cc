// The io_uring event loop; see uring_executor.h.
#include "runtime/uring_executor.h"

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include <liburing.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/assert.h"
#include "runtime/errno_error.h"
#include "runtime/real_spin.h"

namespace firn {

struct UringExecutor::Ring {
  io_uring uring{};
  int wake_descriptor = -1;
  bool initialised = false;

  ~Ring() {
    if (initialised) io_uring_queue_exit(&uring);
    if (wake_descriptor >= 0) ::close(wake_descriptor);
  }
};

// Listens on the eventfd that submit() writes to, by a poll that stays armed.
struct UringExecutor::Waker final : UringCompletion {
  explicit Waker(Ring& of) : ring(of) {}

  void completed(int, uint32_t flags) override {
    uint64_t count = 0;
    [[maybe_unused]] const auto drained = ::read(ring.wake_descriptor, &count, sizeof count);
    armed = (flags & IORING_CQE_F_MORE) != 0;
  }

  Ring& ring;
  bool armed = false;
};

namespace {

// Completions are collected in the loop's own calls only (DEFER_TASKRUN): no interrupts of running work, and
// cheap polling, because the kernel raises a flag in shared memory when there is something to collect.
constexpr unsigned kFlagsBest = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;  // Linux 6.1
constexpr unsigned kFlagsGood = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;  // Linux 5.19
constexpr unsigned kFlagsPlain = 0;

int initialise(io_uring& uring, uint32_t entries) {
  int result = -EINVAL;
  for (unsigned flags : {kFlagsBest, kFlagsGood, kFlagsPlain}) {
    io_uring_params params{};
    // Disabled at first: the ring belongs to the thread that enables it, not to the one that creates it.
    params.flags = flags | IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE;
    params.cq_entries = entries * 4;
    result = io_uring_queue_init_params(entries, &uring, &params);
    if (result != -EINVAL) return result;
  }
  return result;
}

Error ring_error(int result) {
  const int number = -result;
  if (number == EPERM || number == ENOSYS || number == EACCES) {
    return fail(Code::unsupported, "io_uring is not available here")
        .because(errno_error(number, "io_uring_setup failed"))
        .remedy(
            "allow it: sysctl kernel.io_uring_disabled=0; in a container also a seccomp profile that permits "
            "io_uring (docker run --security-opt seccomp=unconfined)");
  }
  if (number == ENOMEM) {
    return fail(Code::io, "there is not enough memory for an io_uring")
        .remedy("raise the limit of locked memory: ulimit -l unlimited");
  }
  return errno_error(number, "io_uring_setup failed");
}

// Each look costs a system call.
constexpr size_t kPolledMax = 4;
// A call that has been answered and the next one are three turns; a look between them would find nothing.
constexpr int kTurnsUnaskedMax = 4;

// Conditions that pass by themselves; the loop comes by again. Anything else is a defect of the loop.
bool transient(int result) {
  return result == -EINTR || result == -ETIME || result == -EBUSY || result == -EAGAIN;
}

}  // namespace

Result<std::unique_ptr<UringExecutor>> UringExecutor::create(UringOptions options) {
  auto ring = std::make_unique<Ring>();
  if (const int result = initialise(ring->uring, options.entries); result < 0) return ring_error(result);
  ring->initialised = true;
  ring->wake_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (ring->wake_descriptor < 0) return errno_error(errno, "eventfd failed");
  return std::unique_ptr<UringExecutor>(new UringExecutor(std::move(ring), options));
}

UringExecutor::UringExecutor(std::unique_ptr<Ring> ring, UringOptions options)
    : ring_(std::move(ring)),
      waker_(std::make_unique<Waker>(*ring_)),
      spin_policy_(options.spin ? std::thread::hardware_concurrency() : 1) {}

UringExecutor::~UringExecutor() {
  FIRN_ASSERT(!running_);
  FIRN_ASSERT(operations_ == 0);
}

MonotonicTime UringExecutor::now() const { return real_monotonic_time(); }

void UringExecutor::submit(std::move_only_function<void()> work) {
  inbox_.push(std::move(work));
  // Either the loop sees the work before it sleeps, or this sees its announcement. One of several callers
  // wakes it.
  if (!sleeping_.load() || !sleeping_.exchange(false)) return;
  const uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(ring_->wake_descriptor, &one, sizeof one);
}

void UringExecutor::run() {
  FIRN_ASSERT(!running_);
  running_ = true;
  enable();
  while (true) {
    turn();
    if (stopping_) {
      turn();  // for what was woken last, e.g. a frame that waits to be sent
      break;
    }
    if (ready_.empty()) wait();
  }
  running_ = false;
  stopping_ = false;
}

void UringExecutor::enable() {
  if (enabled_) return;
  // liburing 2.3 declares io_uring_enable_rings but does not export it from its shared library.
  const long result =
      ::syscall(SYS_io_uring_register, ring_->uring.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  FIRN_ASSERT(result >= 0);
  // Saves the look-up of the descriptor in each call; no harm when the kernel cannot.
  io_uring_register_ring_fd(&ring_->uring);
  enabled_ = true;
}

void UringExecutor::turn() {
  pollers_.poll();
  inbox_.run_all();
  run_ready();
  // What is ready goes first, but does not keep timers and the network out for ever.
  const bool look = ++turns_unasked_ >= kTurnsUnaskedMax;
  if ((look || ready_.empty()) && !timers_.empty()) timers_.fire_due(now());
  submit_and_reap();
  if (!look && !ready_.empty()) return;
  turns_unasked_ = 0;
  ask_polled();
}

void UringExecutor::run_ready() {
  // What is posted meanwhile belongs to the next turn, so that completions and timers get theirs.
  batch_.swap(ready_);
  for (const auto coroutine : batch_) coroutine.resume();
  batch_.clear();
}

io_uring_sqe* UringExecutor::take_entry() {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_->uring);
  while (entry == nullptr) {  // all entries are filled in: hand them over, which empties the queue
    enable();
    submit_and_reap();
    entry = io_uring_get_sqe(&ring_->uring);
  }
  return entry;
}

void UringExecutor::start(io_uring_sqe* entry, UringCompletion& completion) {
  io_uring_sqe_set_data(entry, &completion);
  operations_++;
}

void UringExecutor::cancel(UringCompletion& completion) {
  io_uring_sqe* const entry = take_entry();
  io_uring_prep_cancel(entry, &completion, 0);
  io_uring_sqe_set_data(entry, nullptr);
}

bool UringExecutor::arrivals() const {
  const io_uring& uring = ring_->uring;
  constexpr unsigned kCollect = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
  return io_uring_cq_ready(&uring) > 0 || (IO_URING_READ_ONCE(*uring.sq.kflags) & kCollect) != 0 ||
         !inbox_.empty();
}

void UringExecutor::poll_while_awake(UringPolled& polled) {
  polled_.push_back(polled);
  if (++polled_count_ <= kPolledMax) return;
  polled_count_--;
  polled_.pop_front()->arm();
}

bool UringExecutor::ask_polled() {
  bool any = false;
  for (size_t left = polled_count_; left > 0; left--) {
    UringPolled* const polled = polled_.pop_front();
    if (polled->poll()) {
      polled_count_--;
      any = true;
    } else {
      polled_.push_back(*polled);
    }
  }
  return any;
}

void UringExecutor::arm_polled() {
  while (UringPolled* const polled = polled_.pop_front()) polled->arm();
  polled_count_ = 0;
}

void UringExecutor::submit_and_reap() {
  if (io_uring_sq_ready(&ring_->uring) > 0 || arrivals()) {
    const int result = io_uring_submit_and_get_events(&ring_->uring);
    FIRN_ASSERT(result >= 0 || transient(result));
  }
  reap();
}

// Goes to the kernel with the next submission. False when there is no room at the moment.
bool UringExecutor::arm_waker() {
  if (waker_->armed) return true;
  io_uring_sqe* const entry = io_uring_get_sqe(&ring_->uring);
  if (entry == nullptr) return false;
  io_uring_prep_poll_multishot(entry, ring_->wake_descriptor, POLLIN);
  io_uring_sqe_set_data(entry, waker_.get());
  waker_->armed = true;
  return true;
}

void UringExecutor::reap() {
  io_uring_cqe* cqe = nullptr;
  while (io_uring_cq_ready(&ring_->uring) > 0 && io_uring_peek_cqe(&ring_->uring, &cqe) == 0) {
    auto* const completion = static_cast<UringCompletion*>(io_uring_cqe_get_data(cqe));
    const int result = cqe->res;
    const uint32_t flags = cqe->flags;
    io_uring_cqe_seen(&ring_->uring, cqe);
    if (completion == nullptr) continue;  // of a cancel request
    if (completion != waker_.get() && (flags & IORING_CQE_F_MORE) == 0) operations_--;
    completion->completed(result, flags);
  }
}

void UringExecutor::wait() {
  const MonotonicTime begin = now();
  const MonotonicTime deadline = timers_.next_deadline();
  const SpinPolicy::Plan plan = spin_policy_.plan();
  crowd_ = SpinPolicy::Crowd::nobody;
  if (plan.poll_max.count() == 0 ||
      !spin_until(begin, std::min(begin + plan.poll_max, deadline), plan.yield_first, crowd_,
                  [this] { return arrivals() || pollers_.ready() || ask_polled(); })) {
    if (now() < deadline) block_until(deadline);
  }
  spin_policy_.waited(now() - begin, crowd_);
}

void UringExecutor::block_until(MonotonicTime until) {
  arm_polled();
  if (!arm_waker()) return;  // the next turn makes room
  sleeping_.store(true);
  pollers_.sleeping(true);
  if (inbox_.empty() && !pollers_.ready()) {
    __kernel_timespec timeout{};
    const int64_t wait_ns = std::max<int64_t>((until - now()).count(), 0);
    timeout.tv_sec = wait_ns / 1'000'000'000;
    timeout.tv_nsec = wait_ns % 1'000'000'000;
    io_uring_cqe* cqe = nullptr;
    const bool forever = until == MonotonicTime::never();
    const int result =
        io_uring_submit_and_wait_timeout(&ring_->uring, &cqe, 1, forever ? nullptr : &timeout, nullptr);
    FIRN_ASSERT(result >= 0 || transient(result));
  }
  sleeping_.store(false);
  pollers_.sleeping(false);
  reap();
}

}  // namespace firn

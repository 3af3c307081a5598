// Waiting for each other inside one thread: Event, OneShot, Semaphore, Queue. All belong to their executor's
// thread.
//
// Waiters are kept in order of arrival and resumed through Executor::post, never inside the call that wakes
// them, so set(), release() and the like may be called anywhere. Nobody may still wait when one of these is
// destroyed.
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "runtime/executor.h"
#include "runtime/intrusive_list.h"
#include "runtime/task.h"

namespace firn {

namespace detail {

struct Waiter : ListNode {
  std::coroutine_handle<> coroutine;
};

// Waits in a list until somebody takes the waiter out and posts it.
struct ListAwaiter : Waiter {
  explicit ListAwaiter(IntrusiveList<Waiter>& waiters) : list(waiters) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    coroutine = awaiting;
    list.push_back(*this);
  }
  void await_resume() const {}
  IntrusiveList<Waiter>& list;
};

}  // namespace detail

// A flag that can be waited for.
class Event {
 public:
  explicit Event(Executor& executor) : executor_(executor) {}
  ~Event() { FIRN_ASSERT(waiters_.empty()); }

  bool is_set() const { return set_; }
  // Wakes all who wait; they go on even if reset() comes before their turn.
  void set() {
    set_ = true;
    while (auto* waiter = waiters_.pop_front()) executor_.post(waiter->coroutine);
  }
  void reset() { set_ = false; }
  // co_await event.wait(): at once when set.
  auto wait() {
    struct Awaiter : detail::ListAwaiter {
      explicit Awaiter(Event& event) : ListAwaiter(event.waiters_), ready(event.set_) {}
      bool await_ready() const { return ready; }
      bool ready;
    };
    return Awaiter(*this);
  }

 private:
  Executor& executor_;
  IntrusiveList<detail::Waiter> waiters_;
  bool set_ = false;
};

// One value from one producer to one consumer; either may come first.
template <class T>
class OneShot {
 public:
  explicit OneShot(Executor& executor) : executor_(executor) {}
  ~OneShot() { FIRN_ASSERT(waiters_.empty()); }

  bool is_set() const { return set_; }
  // Must not be set yet.
  void set(T value) {
    const bool first = try_set(std::move(value));
    FIRN_ASSERT(first);
  }
  // False, and without effect, when there was a value already: the way to race a reply against a timer.
  bool try_set(T value) {
    if (set_) return false;
    set_ = true;
    value_.emplace(std::move(value));
    if (auto* waiter = waiters_.pop_front()) executor_.post(waiter->coroutine);
    return true;
  }
  // T value = co_await shot.wait(); once.
  auto wait() {
    struct Awaiter : detail::ListAwaiter {
      explicit Awaiter(OneShot& one_shot) : ListAwaiter(one_shot.waiters_), shot(one_shot) {}
      bool await_ready() const { return shot.set_; }
      T await_resume() {
        FIRN_ASSERT(shot.value_.has_value());
        T value = std::move(*shot.value_);
        shot.value_.reset();
        return value;
      }
      OneShot& shot;
    };
    FIRN_ASSERT(waiters_.empty());
    FIRN_ASSERT(!set_ || value_.has_value());
    return Awaiter(*this);
  }

 private:
  Executor& executor_;
  IntrusiveList<detail::Waiter> waiters_;
  std::optional<T> value_;
  bool set_ = false;  // stays true when the value has been taken
};

// Counted permits, granted strictly in order of arrival: a large request is not overtaken by small ones.
class Semaphore {
 public:
  // Units held; given back on destruction. The semaphore outlives them.
  class Units {
   public:
    Units() = default;
    Units(Units&& other) noexcept
        : semaphore_(std::exchange(other.semaphore_, nullptr)), count_(std::exchange(other.count_, 0)) {}
    Units& operator=(Units&& other) noexcept {
      if (this == &other) return *this;
      release();
      semaphore_ = std::exchange(other.semaphore_, nullptr);
      count_ = std::exchange(other.count_, 0);
      return *this;
    }
    ~Units() { release(); }
    size_t count() const { return count_; }
    void release() {
      if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->give_back(std::exchange(count_, 0));
    }

   private:
    friend class Semaphore;
    Units(Semaphore& semaphore, size_t count) : semaphore_(&semaphore), count_(count) {}
    Semaphore* semaphore_ = nullptr;
    size_t count_ = 0;
  };

  Semaphore(Executor& executor, size_t capacity)
      : executor_(executor), capacity_(capacity), available_(capacity) {}
  ~Semaphore() {
    FIRN_ASSERT(waiters_.empty());
    FIRN_ASSERT(available_ == capacity_);
  }

  size_t capacity() const { return capacity_; }
  size_t available() const { return available_; }
  size_t waiting() const { return waiting_; }

  // Semaphore::Units units = co_await semaphore.acquire(n); n <= capacity.
  auto acquire(size_t count = 1) {
    FIRN_ASSERT(count <= capacity_);
    return Acquire(*this, count);
  }
  // Nothing when it would have to wait.
  std::optional<Units> try_acquire(size_t count = 1) {
    FIRN_ASSERT(count <= capacity_);
    if (!waiters_.empty() || available_ < count) return std::nullopt;
    return take(count);
  }

 private:
  struct Acquire : detail::Waiter {
    Acquire(Semaphore& of, size_t units_wanted) : semaphore(of), wanted(units_wanted) {}
    ~Acquire() {
      if (linked()) semaphore.waiting_--;
    }
    bool await_ready() {
      auto now = semaphore.try_acquire(wanted);
      if (now) granted = std::move(*now);
      return now.has_value();
    }
    void await_suspend(std::coroutine_handle<> awaiting) {
      coroutine = awaiting;
      semaphore.waiting_++;
      semaphore.waiters_.push_back(*this);
    }
    Units await_resume() { return std::move(granted); }

    Semaphore& semaphore;
    size_t wanted;
    Units
        granted;  // owned here from the grant on: lost to nobody if the frame is destroyed before it resumes
  };

  Units take(size_t count) {
    available_ -= count;
    return Units(*this, count);
  }
  void give_back(size_t count) {
    available_ += count;
    FIRN_ASSERT(available_ <= capacity_);
    while (Acquire* next = waiters_.front()) {
      if (next->wanted > available_) return;
      next->unlink();
      waiting_--;
      next->granted = take(next->wanted);
      executor_.post(next->coroutine);
    }
  }

  Executor& executor_;
  const size_t capacity_;
  size_t available_;
  size_t waiting_ = 0;
  IntrusiveList<Acquire> waiters_;
};

// A bounded queue; any number of producers and consumers of one thread. Items leave in the order they
// entered.
template <class T>
class Queue {
 public:
  Queue(Executor& executor, size_t size_max) : executor_(executor), size_max_(size_max) {
    FIRN_ASSERT(size_max > 0);
  }
  ~Queue() {
    FIRN_ASSERT(pushers_.empty());
    FIRN_ASSERT(poppers_.empty());
  }

  size_t size() const { return items_.size(); }
  bool closed() const { return closed_; }

  // False, without effect, when full or closed.
  bool try_push(T item) {
    if (closed_ || items_.size() >= size_max_) return false;
    items_.push_back(std::move(item));
    wake_one(poppers_);
    return true;
  }
  // Waits for room. False when the queue is closed: the item is dropped.
  Task<bool> push(T item) {
    while (!closed_ && items_.size() >= size_max_) co_await detail::ListAwaiter(pushers_);
    co_return try_push(std::move(item));
  }
  std::optional<T> try_pop() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    wake_one(pushers_);
    return item;
  }
  // Waits for an item; nothing when the queue is closed and empty.
  Task<std::optional<T>> pop() {
    while (!closed_ && items_.empty()) co_await detail::ListAwaiter(poppers_);
    co_return try_pop();
  }
  // Wakes all who wait. What is in the queue can still be popped.
  void close() {
    closed_ = true;
    while (wake_one(pushers_)) {
    }
    while (wake_one(poppers_)) {
    }
  }

 private:
  bool wake_one(IntrusiveList<detail::Waiter>& waiters) {
    detail::Waiter* const waiter = waiters.pop_front();
    if (waiter != nullptr) executor_.post(waiter->coroutine);
    return waiter != nullptr;
  }

  Executor& executor_;
  const size_t size_max_;
  std::deque<T> items_;
  IntrusiveList<detail::Waiter> pushers_;
  IntrusiveList<detail::Waiter> poppers_;
  bool closed_ = false;
};

}  // namespace firn

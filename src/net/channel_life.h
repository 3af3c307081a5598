// ChannelLife: whether a channel is open, who uses it, and when it may be destroyed: once it is closed and
// nobody uses it any more. Belongs to the channel's thread.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/error.h"
#include "runtime/sync.h"

namespace firn::net {

class ChannelLife {
 public:
  // Held by whoever sends on the channel or points to its receiver across a wait.
  class Use {
   public:
    Use() = default;
    Use(Use&& other) noexcept : life_(std::exchange(other.life_, nullptr)) {}
    Use& operator=(Use&& other) noexcept {
      if (this == &other) return *this;
      release();
      life_ = std::exchange(other.life_, nullptr);
      return *this;
    }
    ~Use() { release(); }

   private:
    friend class ChannelLife;
    explicit Use(ChannelLife& life) : life_(&life) { life_->users_++; }
    void release() {
      if (life_ != nullptr) std::exchange(life_, nullptr)->left();
    }
    ChannelLife* life_ = nullptr;
  };

  explicit ChannelLife(Executor& executor) : finished_(executor) {}

  bool closed() const { return reason_.has_value(); }
  size_t users() const { return users_; }
  // Why it closed; only when it is.
  const Error& reason() const { return *reason_; }
  Use use() {
    FIRN_ASSERT(!closed());
    return Use(*this);
  }
  // The channel is closed from now on; once.
  void set_closed(Error reason) {
    FIRN_ASSERT(!closed());
    reason_.emplace(std::move(reason));
    if (users_ == 0) finished_.set();
  }
  // co_await life.finished(): when the channel is closed and unused.
  auto finished() { return finished_.wait(); }

 private:
  void left() {
    FIRN_ASSERT(users_ > 0);
    if (--users_ == 0 && closed()) finished_.set();
  }

  std::optional<Error> reason_;
  size_t users_ = 0;
  Event finished_;
};

}  // namespace firn::net

// A toy service for the world's tests: a counter on a device, counted up over the network. It
// acknowledges a number only when that is flushed, so what it recovers after a crash is never below what
// the client has seen acknowledged.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/endian.h"
#include "runtime/gate.h"
#include "runtime/sleep.h"
#include "runtime/sync.h"
#include "sim/world.h"

namespace firn::sim::toy {

inline constexpr uint32_t kTarget = 0;
inline constexpr uint64_t kSlotBytes = 512;

inline std::string encode(uint64_t number) {
  std::string text(16, '\0');
  store_little(text.data(), number);
  store_little(text.data() + 8, ~number * 31);  // tells a written slot from zeros
  return text;
}
inline uint64_t decode(ByteView slot) {
  const auto number = load_little<uint64_t>(slot.data());
  return load_little<uint64_t>(slot.data() + 8) == ~number * 31 ? number : 0;
}

// What the nodes tell the test; outlives them.
struct Findings {
  uint64_t acknowledged = 0;
  uint64_t recovered = 0;
  bool lost_acknowledged = false;
};

class CounterServer final : public NodeProgram, public ChannelAcceptor, public ChannelReceiver {
 public:
  CounterServer(NodeContext& context, Findings& findings)
      : context_(context), findings_(findings), gate_(executor()), lock_(executor(), 1) {
    gate_.spawn(recover(this));
  }

  Task<void> stop() override {
    if (device_ != nullptr) context_.transport().unlisten(kTarget);
    for (auto& channel : channels_) channel->close();
    co_await gate_.close();
    while (closed_ < channels_.size()) co_await sleep_for(executor(), 1ms);
  }

  ChannelReceiver& accepted(std::unique_ptr<Channel> channel) override {
    channels_.push_back(std::move(channel));
    return *this;
  }
  std::vector<MutableBytes> place(Channel&, ByteView, size_t) override { return {}; }
  void arrived(Channel& channel, ByteView head, size_t) override {
    gate_.spawn(count(this, &channel, load_little<uint64_t>(head.data())));
  }
  void closed(Channel&, Error) override { closed_++; }

 private:
  SimExecutor& executor() { return context_.runtime().executor(); }

  static Task<void> recover(CounterServer* self) {
    Storage& storage = self->context_.runtime().storage();
    auto opened = co_await storage.open("counter");
    if (!opened) opened = co_await storage.create("counter", 2 * kSlotBytes);
    if (!opened) co_return self->executor().submit([self] { self->gate_.spawn(recover(self)); });
    std::vector<std::byte> slots(2 * kSlotBytes);
    if (!co_await (*opened)->read(0, slots)) co_return;
    self->number_ = std::max(decode(slots), decode(ByteView(slots).subspan(kSlotBytes)));
    self->findings_.recovered = self->number_;
    if (self->number_ < self->findings_.acknowledged) self->findings_.lost_acknowledged = true;
    self->device_ = *std::move(opened);
    self->context_.transport().listen(kTarget, *self);
  }

  static Task<void> count(CounterServer* self, Channel* channel, uint64_t wanted) {
    auto turn = co_await self->lock_.acquire();
    if (wanted == self->number_ + 1 && (co_await store(self, wanted)).has_value()) self->number_ = wanted;
    const std::string reply = encode(self->number_);
    static_cast<void>(co_await channel->send(as_bytes(reply), {}));
  }

  static Task<Result<void>> store(CounterServer* self, uint64_t number) {
    const std::string slot = encode(number);
    const ByteView part = as_bytes(slot);
    FIRN_CO_CHECK(co_await self->device_->write(number % 2 * kSlotBytes, {&part, 1}));
    co_return co_await self->device_->flush();
  }

  NodeContext& context_;
  Findings& findings_;
  Gate gate_;
  Semaphore lock_;
  std::unique_ptr<BlockDevice> device_;
  std::vector<std::unique_ptr<Channel>> channels_;
  size_t closed_ = 0;
  uint64_t number_ = 0;
};

class CounterClient final : public NodeProgram, public ChannelReceiver {
 public:
  CounterClient(NodeContext& context, Findings& findings)
      : context_(context), findings_(findings), gate_(context.runtime().executor()) {}
  // Counts until that number is acknowledged.
  void count_to(uint64_t number) { gate_.spawn(count_to(this, number)); }

  Task<void> stop() override {
    co_await gate_.close();
    if (channel_ != nullptr) channel_->close();
    while (!closed_) co_await sleep_for(executor(), 1ms);
  }

  std::vector<MutableBytes> place(Channel&, ByteView, size_t) override { return {}; }
  void arrived(Channel&, ByteView head, size_t) override {
    findings_.acknowledged = std::max(findings_.acknowledged, decode(head));
  }
  void closed(Channel&, Error) override { closed_ = true; }

 private:
  SimExecutor& executor() { return context_.runtime().executor(); }

  static Task<void> count_to(CounterClient* self, uint64_t number) {
    while (self->findings_.acknowledged < number) {
      if (self->closed_ && !(co_await reconnect(self)).has_value()) {
        co_await sleep_for(self->executor(), 10ms);
        continue;
      }
      const uint64_t next = self->findings_.acknowledged + 1;
      const std::string request = encode(next);
      static_cast<void>(co_await self->channel_->send(as_bytes(request), {}));
      for (int i = 0; i < 100 && !self->closed_ && self->findings_.acknowledged < next; i++) {
        co_await sleep_for(self->executor(), 200us);
      }
    }
  }
  static Task<Result<void>> reconnect(CounterClient* self) {
    self->channel_.reset();
    FIRN_CO_TRY(self->channel_,
                co_await self->context_.transport().connect({"sim://server", kTarget}, *self, 100ms));
    self->closed_ = false;
    co_return Result<void>();
  }

  NodeContext& context_;
  Findings& findings_;
  Gate gate_;
  std::unique_ptr<Channel> channel_;
  bool closed_ = true;
};

// A server, a client that counts, and what was found.
struct Counting {
  explicit Counting(uint64_t seed, const WorldOptions& options = {}) : world(seed, options) {
    server = world.add_node("server", [this](NodeContext& context) {
      return std::make_unique<CounterServer>(context, findings);
    });
    client = world.add_node("client", [this](NodeContext& context) {
      return std::make_unique<CounterClient>(context, findings);
    });
    world.start_all();
  }
  CounterClient& counter() { return *static_cast<CounterClient*>(world.program(client)); }
  bool reach(uint64_t number, Duration limit) {
    return world.run_until([&] { return findings.acknowledged >= number; }, limit);
  }

  Findings findings;  // before the world, whose nodes write to it
  World world;
  NodeIndex server;
  NodeIndex client;
};

}  // namespace firn::sim::toy

// InprocLink and InprocChannel: a channel inside one process; see inproc_transport.h.
//
// Each end belongs to its thread. What crosses is work submitted to the other end's executor, which holds the
// link; the only thing both threads look at is where that executor is, and whether the end still is there,
// under the end's mutex.
//
// A sender waits until its payload has been copied, or until the frame has been dropped because its receiver
// is closed or its loop has ended. A channel is `closed` only after all its sends have come back: no thread
// reads its buffers then.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "net/deadline_wait.h"
#include "net/inproc_transport.h"
#include "runtime/gate.h"
#include "runtime/sync.h"
#include "runtime/transport.h"

namespace firn::net {

enum class InprocSide : uint8_t { client, server };
inline InprocSide other(InprocSide side) {
  return side == InprocSide::client ? InprocSide::server : InprocSide::client;
}

class InprocChannel final : public Channel {
 public:
  InprocChannel(std::shared_ptr<InprocLink> link, InprocSide side, Executor& executor);
  ~InprocChannel() override;

  void start(ChannelReceiver& receiver) { receiver_ = &receiver; }
  Task<Result<void>> send(ByteView head, std::span<const ByteView> payload) override;
  void close() override;
  std::string peer() const override;

  // A frame from the other end. False, untouched, if this one is closed.
  bool place(ByteView head, std::span<const ByteView> payload);
  void arrived(ByteView head, size_t payload_bytes);
  void peer_closed() { begin_close("closed by the peer"); }

 private:
  void begin_close(const char* reason);
  static Task<void> finish_close(InprocChannel* channel, const char* reason);

  const std::shared_ptr<InprocLink> link_;  // shared with the other end and with frames under way
  const InprocSide side_;
  Executor& executor_;
  ChannelReceiver* receiver_ = nullptr;
  bool closing_ = false;
  size_t sends_ = 0;  // that have not come back
  Event sends_back_;
  Gate gate_;
};

// Shared by its channels and by work under way: whichever lets go of it last.
class InprocLink : public std::enable_shared_from_this<InprocLink> {
 public:
  InprocLink(Address address, Executor& client) : address_(std::move(address)) {
    set_executor(InprocSide::client, &client);
  }

  const Address& address() const { return address_; }
  // Runs `work` in the end's thread; drops it when that end has gone.
  void submit_to(InprocSide side, std::move_only_function<void()> work);
  // nullptr: the end is no more.
  void set_executor(InprocSide side, Executor* executor);
  Executor* executor(InprocSide side);

  // In the end's thread:
  InprocChannel* channel(InprocSide side) { return end(side).channel; }
  void set_channel(InprocSide side, InprocChannel* channel) { end(side).channel = channel; }
  // The service's side of connect().
  void accept(InprocHub::Service service);
  void tell_closed(InprocSide side);

  // The client's side of connect(), in its thread.
  struct Connecting {
    explicit Connecting(Executor& executor, ChannelReceiver& of, MonotonicTime until)
        : receiver(of), wait(executor, until, {}) {}
    ChannelReceiver& receiver;
    DeadlineWait wait;
    std::unique_ptr<InprocChannel> channel;
  };
  void set_connecting(Connecting* connecting) { connecting_ = connecting; }
  void connect_ended(bool accepted);

 private:
  struct End {
    std::mutex mutex;
    Executor* executor = nullptr;      // guarded by the mutex; nullptr: no such end (yet, any more)
    InprocChannel* channel = nullptr;  // the end's thread only
  };
  End& end(InprocSide side) { return ends_[static_cast<size_t>(side)]; }

  const Address address_;
  End ends_[2];
  Connecting* connecting_ = nullptr;
};

}  // namespace firn::net

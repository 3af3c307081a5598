// Transport: frames between two ends of a channel. A frame is a small head and a payload of any size (bulk).
// The receiver is asked where the payload shall go before its bytes are taken from the network, so that they
// land in their final buffers: over TCP they are received there, in one process they are copied once, over
// RDMA they are read there.
//
// All methods are called, and all callbacks made, on the transport's own thread. Implementations:
// net/tcp_transport.h, net/shm_transport.h, net/inproc_transport.h, sim/sim_transport.h. rpc (net/rpc.h) is
// the only user.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "runtime/task.h"

namespace firn {

// Where an endpoint is: the host's address, e.g. "tcp://127.0.0.1:10001", or several ways there, separated by
// a space (net/nearest_transport.h); and which of its services is meant: a target's index, or kControlTarget
// for the system's control service.
struct Address {
  static constexpr uint32_t kControlTarget = 0xffffffff;
  std::string uri;
  uint32_t target = kControlTarget;
  friend auto operator<=>(const Address&, const Address&) = default;
};

constexpr size_t kFrameHeadBytesMax = 1 << 20;
constexpr size_t kFramePayloadBytesMax = 64 << 20;

class Channel;

// Who gets what arrives on a channel. Callbacks do not destroy the channel (call close() instead) and do not
// block.
class ChannelReceiver {
 public:
  virtual ~ChannelReceiver() = default;
  // A frame with this head is arriving: where its payload goes. The buffers' total is payload_bytes, or the
  // list is empty: the payload is then skipped. They stay valid until `arrived` or `closed` is called.
  virtual std::vector<MutableBytes> place(Channel& channel, ByteView head, size_t payload_bytes) = 0;
  // The frame is complete; its payload is where `place` said. Frames of one channel are placed and arrive one
  // at a time. `head` is valid during the call only.
  virtual void arrived(Channel& channel, ByteView head, size_t payload_bytes) = 0;
  // The last callback: the channel is broken or was closed by either side. No buffer is touched from now on.
  virtual void closed(Channel& channel, Error reason) = 0;
};

class Channel {
 public:
  // The channel must be closed and `closed` have been called before it is destroyed.
  virtual ~Channel() = default;
  // Sends one frame. Completes when head and payload may be reused, which does not mean that it has arrived.
  // Frames sent by one end arrive in any order, each at most once in spite of faults, unless the channel
  // breaks. (Simulation delivers some twice: receivers must cope.) Code::unreachable once the channel is
  // closed.
  virtual Task<Result<void>> send(ByteView head, std::span<const ByteView> payload) = 0;
  // Sends a small frame without anybody having to wait: it is copied, and goes out with others of this turn
  // of the loop. False, without effect, when that cannot be: send() can. What becomes of it is not told; as
  // with send(), who waits for an answer learns from `closed` that none will come.
  virtual bool send_now(ByteView head, std::span<const ByteView> payload) {
    (void)head, (void)payload;
    return false;
  }
  // Breaks the channel; `closed` follows in a later turn. May be called again.
  virtual void close() = 0;
  // For messages to people, e.g. "tcp://10.0.0.1:4711".
  virtual std::string peer() const = 0;
};

// Who accepts channels for one service: gives a receiver for the new channel and keeps both until `closed`.
class ChannelAcceptor {
 public:
  virtual ~ChannelAcceptor() = default;
  // The acceptor keeps the channel; the receiver outlives it.
  virtual ChannelReceiver& accepted(std::unique_ptr<Channel> channel) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Code::unreachable (nobody listens, or not within `timeout`), Code::invalid (address not understood).
  // `receiver` outlives the channel.
  virtual Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                         Duration timeout) = 0;
};

}  // namespace firn

// ShmChannel: one end of a channel through shared memory: a ring in each direction, and a socket that carries
// bytes to wake the peer and tells when it is gone. Each end belongs to one thread, whose loop asks it for
// arrivals (runtime/poller.h).
//
// A peer that does not keep the rules loses the channel, whatever it writes, and nothing else happens.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/shm_frame.h"
#include "net/shm_memory.h"
#include "runtime/gate.h"
#include "runtime/local_socket.h"
#include "runtime/poller.h"
#include "runtime/shared_memory.h"
#include "runtime/transport.h"

namespace firn::net {

class ShmChannel final : public Channel, private Poller {
 public:
  struct Parts {
    std::unique_ptr<LocalSocket> socket;
    SharedMemory memory;
    ShmSide side;
    std::string peer;
  };
  // `ended` is called when the channel is destroyed.
  ShmChannel(PollingExecutor& loop, Parts parts, std::move_only_function<void()> ended = [] {});
  ~ShmChannel() override;

  // Once, before anything else but close().
  void start(ChannelReceiver& receiver);

  Task<Result<void>> send(ByteView head, std::span<const ByteView> payload) override;
  void close() override;
  std::string peer() const override { return peer_; }

 private:
  // Of one turn.
  static constexpr int kReadStepsMax = 128;
  static constexpr int kWriteStepsMax = 64;

  static Task<void> live(ShmChannel* channel);
  void poll() override;
  bool ready() const override;
  void sleeping(bool asleep) override;
  void read_frames();
  void write_frames();
  void wake_peer(uint64_t wish);
  void give_up(Error reason);
  Error closed_error() const;

  PollingExecutor& loop_;
  const std::unique_ptr<LocalSocket> socket_;
  SharedMemory memory_;
  const ShmView view_;
  const std::string peer_;
  std::move_only_function<void()> ended_;
  ShmFrameReader reader_;
  ShmRingWriter writer_;
  IntrusiveList<ShmOutgoing> queue_;
  ChannelReceiver* receiver_ = nullptr;
  bool closing_ = false;
  std::optional<Error> reason_;  // why this end gave up
  Gate gate_;
};

}  // namespace firn::net

// FabricChannel: a channel over a fabric endpoint, and its lifeline, the TCP connection it was made by;
// docs/decisions/0011-fabric.md. Frames that fit go as messages; larger ones are offered, and their receiver
// reads them from where they are, or they go in pieces where the provider is not to be trusted with reads.
//
// Invariant: when `closed` is called, no operation of this side uses a place of the receiver, and none of the
// peer's uses memory that a send() exposed: both sides have said so, or the endpoint has ended. Belongs to
// its thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/fabric_endpoint.h"
#include "net/fabric_hello.h"
#include "net/fabric_reading.h"
#include "runtime/gate.h"
#include "runtime/socket.h"
#include "runtime/transport.h"

namespace firn::net {

class FabricChannel final : public Channel, private FabricPort, private FabricReading::Owner, private Timer {
 public:
  // The endpoint ends before it is destroyed, and tells its channels.
  FabricChannel(RealRuntime& runtime, FabricEndpoint& endpoint, std::unique_ptr<Socket> lifeline,
                FabricLimits limits);
  ~FabricChannel() override;

  // How the peer reaches this side.
  const FabricContact& contact() const { return contact_; }
  Socket& lifeline() { return *lifeline_; }
  // Of a channel that is not started, and never will be.
  std::unique_ptr<Socket> give_up_lifeline() { return std::move(lifeline_); }
  // Code::invalid, Code::unsupported (another provider), Code::unreachable (the endpoint has ended
  // meanwhile).
  Result<void> set_peer(const FabricContact& peer);
  // From now on frames arrive, until `closed`. `hello` is sent to the peer first, if there is any.
  void start(ChannelReceiver& receiver, std::string hello);

  Task<Result<void>> send(ByteView head, std::span<const ByteView> payload) override;
  void close() override { begin_close(fail(Code::unreachable, "closed by this side")); }
  std::string peer() const override { return peer_name_; }

 private:
  // Memory of a frame that the peer may read; lives in send_offer().
  struct Exposure {
    explicit Exposure(Executor& executor) : released(executor) {}
    std::vector<FabricMemory> memory;
    std::vector<FabricPart> parts;
    Buffer gathered;
    bool head_exposed = false;
    bool read = false;  // the peer said so
    Event released;
  };

  Task<Result<void>> send_message(ByteView head, std::span<const ByteView> payload);
  Task<Result<void>> send_offer(ByteView head, std::span<const ByteView> payload);
  Task<Result<void>> send_pieces(ByteView head, std::span<const ByteView> payload);
  Task<Result<void>> send_large(ByteView head, std::span<const ByteView> payload);
  Result<void> expose(Exposure& exposure, ByteView head, std::span<const ByteView> payload);
  Result<void> expose_part(Exposure& exposure, ByteView bytes);
  // nullptr: the channel is closed.
  Task<FabricMessageBuffer*> message_room();
  FabricMessageBuffer* try_message_room();
  void put(FabricMessageBuffer& buffer, FabricMessage message, std::span<const ByteView> payload);
  void post_messages();
  void drop_messages();

  void message_arrived(ByteView message) override;
  void message_sent(int error) override;
  void room() override;
  void lost(const Error& reason) override;

  bool busy() const { return reading_.active() || done_.has_value(); }
  void take(const FabricMessage& message);
  void take_frame(const FabricMessage& message);
  void take_held();
  void hold(ByteView message);
  void peer_has_read(uint32_t offer);
  void say_done();
  std::vector<MutableBytes> place(ByteView head, size_t payload_bytes) override;
  void arrived(ByteView head, size_t payload_bytes) override;
  void reading_ended(uint32_t offer, std::optional<Error> error) override;
  void reading_waits() override { endpoint_->wait_for_room(*this); }

  void begin_close(Error reason);
  static Task<void> watch_lifeline(FabricChannel* channel, std::string hello);
  static Task<void> finish_close(FabricChannel* channel);
  Task<void> part_in_order();
  Task<void> something_changes();
  void release_exposures();
  void leave_endpoint();
  void fire() override;
  Error closed_error() const;

  RealRuntime& runtime_;
  Executor& executor_;
  FabricEndpoint* endpoint_;  // nullptr: it has ended, or the channel has left it
  std::unique_ptr<Socket> lifeline_;
  const FabricLimits limits_;
  std::string peer_name_;
  FabricContact contact_;
  FabricContact peer_contact_;
  std::shared_ptr<FabricPeer> peer_;  // shared with messages under way
  ChannelReceiver* receiver_ = nullptr;

  std::deque<FabricMessageBuffer*> to_post_;
  size_t messages_under_way_ = 0;  // those in to_post_ included
  std::map<uint32_t, Exposure*> exposures_;
  uint32_t next_offer_ = 1;
  size_t sends_ = 0;  // that have not returned
  bool sending_pieces_ = false;

  FabricAssembly assembly_;
  FabricReading reading_;
  std::optional<uint32_t> done_;             // an offer that was read: to be said
  std::deque<std::vector<std::byte>> held_;  // messages that came while a frame was being read
  size_t held_bytes_ = 0;
  bool taking_held_ = false;

  std::optional<Error> close_reason_;
  bool said_hello_ = false;
  bool peer_ended_ = false;  // it reads nothing of ours any more
  bool lifeline_ended_ = false;
  bool closed_ = false;
  Event changed_;  // something that finish_close() or a send() waits for
  Gate gate_;
};

}  // namespace firn::net

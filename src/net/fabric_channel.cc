// A channel over a fabric endpoint: its beginning, and frames that come; see fabric_channel.h.
#include "net/fabric_channel.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"

namespace firn::net {

namespace {

constexpr size_t kHeldMessagesMax = 2048;  // a peer that sends more meanwhile is not one of ours
constexpr size_t kHeldBytesMax = 16 << 20;

}  // namespace

FabricChannel::FabricChannel(RealRuntime& runtime, FabricEndpoint& endpoint, std::unique_ptr<Socket> lifeline,
                             FabricLimits limits)
    : runtime_(runtime),
      executor_(runtime.executor()),
      endpoint_(&endpoint),
      lifeline_(std::move(lifeline)),
      limits_(limits),
      peer_name_("fabric+" + endpoint.provider().substr(0, endpoint.provider().find(';')) + "://" +
                 lifeline_->peer()),
      assembly_(*this),
      reading_(*this),
      changed_(executor_),
      gate_(executor_) {
  contact_ = {.provider = endpoint.provider(), .address = endpoint.address(), .token = runtime.rng().next()};
  contact_.channel = endpoint.attach(*this, contact_.token);
}

FabricChannel::~FabricChannel() {
  FIRN_ASSERT(receiver_ == nullptr || closed_);
  leave_endpoint();
}

Result<void> FabricChannel::set_peer(const FabricContact& peer) {
  if (endpoint_ == nullptr) return closed_error();
  if (peer.provider != contact_.provider) {
    return fail(Code::unsupported, "the two sides use different fabrics")
        .on("ours", contact_.provider)
        .on("peer's", peer.provider.substr(0, 100));
  }
  FIRN_TRY(peer_, endpoint_->reach(peer.address));
  peer_contact_ = peer;
  return {};
}

void FabricChannel::start(ChannelReceiver& receiver, std::string hello) {
  receiver_ = &receiver;
  gate_.spawn(watch_lifeline(this, std::move(hello)));
  if (close_reason_) gate_.spawn(finish_close(this));
}

void FabricChannel::message_arrived(ByteView bytes) {
  const auto message = decode_fabric_message(bytes);
  if (!message) return begin_close(message.error().clone());
  if (message->kind == FabricMessageKind::done) return peer_has_read(message->offer);
  if (close_reason_ || receiver_ == nullptr) return;
  if (busy() || !held_.empty()) return hold(bytes);
  take(*message);
}

void FabricChannel::peer_has_read(uint32_t offer) {
  const auto found = exposures_.find(offer);
  if (found == exposures_.end()) return;
  found->second->read = true;
  found->second->released.set();
  exposures_.erase(found);
  if (close_reason_) changed_.set();
}

void FabricChannel::hold(ByteView message) {
  held_bytes_ += message.size();
  if (held_.size() >= kHeldMessagesMax || held_bytes_ > kHeldBytesMax) {
    return begin_close(fail(Code::corrupt, "the peer sends more than its calls in flight can need"));
  }
  held_.emplace_back(message.begin(), message.end());
}

void FabricChannel::take(const FabricMessage& message) {
  if (assembly_.active() != (message.kind == FabricMessageKind::piece))
    return begin_close(fail(Code::corrupt, "the peer sends pieces of a frame without its other pieces"));
  switch (message.kind) {
    case FabricMessageKind::begin:
      return assembly_.begin(message.head_bytes, message.payload_bytes);
    case FabricMessageKind::piece:
      if (auto taken = assembly_.take(message.payload); !taken) begin_close(std::move(taken).error());
      return;
    case FabricMessageKind::offer:
      if (!endpoint_->reads())
        return begin_close(fail(Code::corrupt, "the peer offers memory over a fabric that is not read"));
      executor_.arm(*this, executor_.now() + limits_.reading_max);
      return reading_.begin(*endpoint_, *peer_, message);
    case FabricMessageKind::frame:
      return take_frame(message);
    case FabricMessageKind::done:
      return peer_has_read(message.offer);
  }
}

void FabricChannel::take_frame(const FabricMessage& message) {
  if (message.payload_bytes > 0) {
    ByteView rest = message.payload;
    for (const MutableBytes target : place(message.head, rest.size())) {
      copy_bytes(target, rest.first(target.size()));
      rest = rest.subspan(target.size());
    }
  }
  arrived(message.head, message.payload_bytes);
}

// In a loop, not from the end of one to the next: a reading may end at once.
void FabricChannel::take_held() {
  if (std::exchange(taking_held_, true)) return;
  while (!held_.empty() && !busy() && !close_reason_) {
    const auto bytes = std::move(held_.front());
    held_.pop_front();
    held_bytes_ -= bytes.size();
    if (const auto message = decode_fabric_message(bytes)) take(*message);
  }
  taking_held_ = false;
}

std::vector<MutableBytes> FabricChannel::place(ByteView head, size_t payload_bytes) {
  if (close_reason_) return {};
  auto places = receiver_->place(*this, head, payload_bytes);
  FIRN_ASSERT(places.empty() || total_bytes(places) == payload_bytes);
  return places;
}

void FabricChannel::arrived(ByteView head, size_t payload_bytes) {
  if (!close_reason_) receiver_->arrived(*this, head, payload_bytes);
}

void FabricChannel::reading_ended(uint32_t offer, std::optional<Error> error) {
  changed_.set();
  if (error) begin_close(std::move(*error));
  if (close_reason_) return;
  executor_.disarm(*this);
  done_ = offer;
  say_done();
}

// What is held goes on after it: so there is never more than one to be said.
void FabricChannel::say_done() {
  if (!done_ || close_reason_ || endpoint_ == nullptr) return;
  FabricMessageBuffer* const buffer = endpoint_->take_message();
  if (buffer == nullptr) return endpoint_->wait_for_room(*this);
  const uint32_t offer = *std::exchange(done_, std::nullopt);
  put(*buffer, {.kind = FabricMessageKind::done, .offer = offer}, {});
  take_held();
}

}  // namespace firn::net

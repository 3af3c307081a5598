// A channel over a fabric endpoint: frames; see fabric_channel.h. Its end is in fabric_channel_end.cc.
#include "net/fabric_channel.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"

namespace firn::net {

namespace {

constexpr size_t kMessagesUnderWayMax = 64;  // of one channel; then a send waits
constexpr size_t kHeldMessagesMax = 2048;    // a peer that sends more meanwhile is not one of ours
constexpr size_t kHeldBytesMax = 16 << 20;
constexpr size_t kExposedPayloadPartsMax = kFabricPartsMax - 1;

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

// --- sending

Task<Result<void>> FabricChannel::send(ByteView head, std::span<const ByteView> payload) {
  FIRN_ASSERT(!head.empty());
  if (close_reason_) co_return closed_error();
  const size_t payload_bytes = total_bytes(payload);
  if (head.size() > kFrameHeadBytesMax || payload_bytes > kFramePayloadBytesMax) {
    co_return fail(Code::too_big, "the message is larger than a frame may be");
  }
  sends_++;
  auto result = fits_fabric_message(head.size(), payload_bytes) ? co_await send_message(head, payload)
                                                                : co_await send_offer(head, payload);
  sends_--;
  if (close_reason_) changed_.set();
  co_return result;
}

Task<Result<void>> FabricChannel::send_message(ByteView head, std::span<const ByteView> payload) {
  FabricMessageBuffer* buffer = try_message_room();
  if (buffer == nullptr) buffer = co_await message_room();
  if (buffer == nullptr) co_return closed_error();
  put(*buffer,
      {.kind = FabricMessageKind::frame,
       .head_bytes = static_cast<uint32_t>(head.size()),
       .payload_bytes = static_cast<uint32_t>(total_bytes(payload)),
       .head = head},
      payload);
  co_return Result<void>();
}

Task<Result<void>> FabricChannel::send_offer(ByteView head, std::span<const ByteView> payload) {
  Exposure exposure(executor_);
  FIRN_CO_CHECK(expose(exposure, head, payload));
  FabricMessageBuffer* const buffer = co_await message_room();
  if (buffer == nullptr) co_return closed_error();
  const uint32_t offer = next_offer_++;
  exposures_.emplace(offer, &exposure);
  put(*buffer,
      {.kind = FabricMessageKind::offer,
       .offer = offer,
       .head_bytes = static_cast<uint32_t>(head.size()),
       .payload_bytes = static_cast<uint32_t>(total_bytes(payload)),
       .parts = exposure.parts,
       .head = exposure.head_exposed ? ByteView() : head},
      {});
  co_await exposure.released.wait();
  if (!exposure.read) co_return closed_error();
  co_return Result<void>();
}

Result<void> FabricChannel::expose(Exposure& exposure, ByteView head, std::span<const ByteView> payload) {
  if (endpoint_ == nullptr) return closed_error();
  exposure.head_exposed = !fits_fabric_offer(head.size(), kFabricPartsMax);
  if (exposure.head_exposed) FIRN_CHECK(expose_part(exposure, head));
  const auto filled = std::ranges::count_if(payload, [](ByteView part) { return !part.empty(); });
  if (static_cast<size_t>(filled) <= kExposedPayloadPartsMax) {
    for (const ByteView part : payload) {
      if (!part.empty()) FIRN_CHECK(expose_part(exposure, part));
    }
    return {};
  }
  exposure.gathered = Buffer(total_bytes(payload));
  MutableBytes rest = exposure.gathered.bytes();
  for (const ByteView part : payload) {
    copy_bytes(rest, part);
    rest = rest.subspan(part.size());
  }
  return expose_part(exposure, exposure.gathered.bytes());
}

Result<void> FabricChannel::expose_part(Exposure& exposure, ByteView bytes) {
  FIRN_TRY(auto memory, endpoint_->expose(bytes));
  exposure.parts.push_back({.address = memory.address(), .key = memory.key(), .bytes = bytes.size()});
  exposure.memory.push_back(std::move(memory));
  return {};
}

FabricMessageBuffer* FabricChannel::try_message_room() {
  if (close_reason_ || endpoint_ == nullptr || messages_under_way_ >= kMessagesUnderWayMax) return nullptr;
  FabricMessageBuffer* const buffer = endpoint_->take_message();
  if (buffer == nullptr) endpoint_->wait_for_room(*this);
  return buffer;
}

Task<FabricMessageBuffer*> FabricChannel::message_room() {
  while (!close_reason_) {
    if (FabricMessageBuffer* const buffer = try_message_room()) co_return buffer;
    co_await something_changes();
  }
  co_return nullptr;
}

void FabricChannel::put(FabricMessageBuffer& buffer, FabricMessage message,
                        std::span<const ByteView> payload) {
  message.channel = peer_contact_.channel;
  message.token = peer_contact_.token;
  buffer.size = encode_fabric_message(message, buffer.bytes());
  for (const ByteView part : payload) {
    copy_bytes(buffer.bytes().subspan(buffer.size), part);
    buffer.size += part.size();
  }
  buffer.port = this;
  buffer.peer = peer_;
  messages_under_way_++;
  to_post_.push_back(&buffer);
  post_messages();
}

void FabricChannel::post_messages() {
  while (!to_post_.empty() && endpoint_ != nullptr) {
    const FabricPosted result = endpoint_->post(*to_post_.front());
    if (result == FabricPosted::no_room) return endpoint_->wait_for_room(*this);
    if (result == FabricPosted::failed) {
      drop_messages();
      return begin_close(fail(Code::unreachable, "the peer is not reached over the fabric"));
    }
    to_post_.pop_front();
  }
}

void FabricChannel::drop_messages() {
  for (FabricMessageBuffer* const buffer : std::exchange(to_post_, {})) {
    messages_under_way_--;
    endpoint_->give_back(*buffer);
  }
}

void FabricChannel::message_sent(int error) {
  messages_under_way_--;
  changed_.set();
  if (error == 0) return;
  begin_close(fail(Code::unreachable, "the peer is not reached over the fabric")
                  .because(fabric_error(error, "sending a message failed")));
}

void FabricChannel::room() {
  changed_.set();
  post_messages();
  reading_.post();
  say_done();
}

// --- receiving

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
  if (message.kind == FabricMessageKind::offer) {
    executor_.arm(*this, executor_.now() + limits_.reading_max);
    return reading_.begin(*endpoint_, *peer_, message);
  }
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

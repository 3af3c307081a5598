// Frames that go over a fabric channel; see fabric_channel.h.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "net/fabric_channel.h"

namespace firn::net {

namespace {

constexpr size_t kMessagesUnderWayMax = 64;  // of one channel; then a send waits
constexpr size_t kExposedPayloadPartsMax = kFabricPartsMax - 1;

}  // namespace

Task<Result<void>> FabricChannel::send(ByteView head, std::span<const ByteView> payload) {
  FIRN_ASSERT(!head.empty());
  if (close_reason_) co_return closed_error();
  const size_t payload_bytes = total_bytes(payload);
  if (head.size() > kFrameHeadBytesMax || payload_bytes > kFramePayloadBytesMax) {
    co_return fail(Code::too_big, "the message is larger than a frame may be");
  }
  sends_++;
  while (sending_pieces_ && !close_reason_) co_await something_changes();
  auto result = fits_fabric_message(head.size(), payload_bytes) ? co_await send_message(head, payload)
                                                                : co_await send_large(head, payload);
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

Task<Result<void>> FabricChannel::send_large(ByteView head, std::span<const ByteView> payload) {
  if (endpoint_ == nullptr) return send_pieces(head, payload);
  return endpoint_->reads() ? send_offer(head, payload) : send_pieces(head, payload);
}

Task<Result<void>> FabricChannel::send_pieces(ByteView head, std::span<const ByteView> payload) {
  sending_pieces_ = true;
  FabricMessageBuffer* buffer = co_await message_room();
  if (buffer != nullptr) {
    put(*buffer,
        {.kind = FabricMessageKind::begin,
         .head_bytes = static_cast<uint32_t>(head.size()),
         .payload_bytes = static_cast<uint32_t>(total_bytes(payload))},
        {});
  }
  FabricCutter rest(head, payload);
  while (buffer != nullptr && !rest.empty()) {
    buffer = co_await message_room();
    if (buffer != nullptr) put(*buffer, {.kind = FabricMessageKind::piece}, rest.take(kFabricPieceBytesMax));
  }
  sending_pieces_ = false;
  changed_.set();
  if (buffer == nullptr) co_return closed_error();
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

}  // namespace firn::net

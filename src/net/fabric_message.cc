// Messages of a fabric channel; see fabric_message.h.
#include "net/fabric_message.h"

#include <algorithm>

#include "base/assert.h"
#include "base/endian.h"
#include "runtime/transport.h"

namespace firn::net {

namespace {

constexpr uint32_t kMagic = 0x42414646;  // "FFAB"
constexpr size_t kKindAt = 4;
constexpr size_t kPartCountAt = 6;
constexpr size_t kChannelAt = 8;
constexpr size_t kOfferAt = 12;
constexpr size_t kTokenAt = 16;
constexpr size_t kHeadBytesAt = 24;
constexpr size_t kPayloadBytesAt = 28;
constexpr size_t kInlineHeadAt = 32;
static_assert(kInlineHeadAt + 8 == kFabricHeadBytes);

Error impossible(const char* what) { return fail(Code::corrupt, what); }

Result<void> check_offer(const FabricMessage& message) {
  // A sum cannot overflow: each part is bounded by the whole.
  const uint64_t bytes_max = kFrameHeadBytesMax + kFramePayloadBytesMax;
  uint64_t total = 0;
  for (const FabricPart& part : message.parts) {
    if (part.bytes == 0 || part.bytes > bytes_max)
      return impossible("a part of an offered frame has an impossible length");
    if (part.address + part.bytes < part.address)
      return impossible("a part of an offered frame is behind the end of memory");
    total += part.bytes;
  }
  const uint64_t wanted = uint64_t{message.payload_bytes} + (message.head.empty() ? message.head_bytes : 0);
  if (total != wanted || message.parts.empty())
    return impossible("the parts of an offered frame are not as long as the frame");
  if (message.head.empty() && message.parts.front().bytes != message.head_bytes)
    return impossible("the first part of an offered frame is not its head");
  return {};
}

FabricPart load_part(const std::byte* at) {
  return {load_little<uint64_t>(at), load_little<uint64_t>(at + 8), load_little<uint64_t>(at + 16)};
}

}  // namespace

Result<FabricDestination> fabric_destination(ByteView bytes) {
  if (bytes.size() < kFabricHeadBytes || load_little<uint32_t>(bytes.data()) != kMagic)
    return impossible("these bytes are no message of a fabric channel");
  return FabricDestination{load_little<uint32_t>(bytes.data() + kChannelAt),
                           load_little<uint64_t>(bytes.data() + kTokenAt)};
}

bool fits_fabric_message(size_t head_bytes, size_t payload_bytes) {
  return kFabricHeadBytes + head_bytes + payload_bytes <= kFabricMessageBytesMax;
}

bool fits_fabric_offer(size_t head_bytes, size_t parts) {
  return kFabricHeadBytes + parts * kFabricPartBytes + head_bytes <= kFabricMessageBytesMax;
}

size_t encode_fabric_message(const FabricMessage& message, MutableBytes target) {
  const size_t parts_end = kFabricHeadBytes + message.parts.size() * kFabricPartBytes;
  FIRN_ASSERT(parts_end + message.head.size() <= target.size());
  std::byte* const at = target.data();
  std::fill_n(at, kFabricHeadBytes, std::byte{0});
  store_little(at, kMagic);
  store_little(at + kKindAt, static_cast<uint8_t>(message.kind));
  store_little(at + kPartCountAt, static_cast<uint16_t>(message.parts.size()));
  store_little(at + kChannelAt, message.channel);
  store_little(at + kOfferAt, message.offer);
  store_little(at + kTokenAt, message.token);
  store_little(at + kHeadBytesAt, message.head_bytes);
  store_little(at + kPayloadBytesAt, message.payload_bytes);
  store_little(at + kInlineHeadAt, static_cast<uint32_t>(message.head.size()));
  std::byte* part_at = at + kFabricHeadBytes;
  for (const FabricPart& part : message.parts) {
    store_little(part_at, part.address);
    store_little(part_at + 8, part.key);
    store_little(part_at + 16, part.bytes);
    part_at += kFabricPartBytes;
  }
  copy_bytes(target.subspan(parts_end), message.head);
  return parts_end + message.head.size();
}

Result<FabricMessage> decode_fabric_message(ByteView bytes) {
  FIRN_TRY(const FabricDestination to, fabric_destination(bytes));
  const std::byte* const at = bytes.data();
  FabricMessage message{.kind = static_cast<FabricMessageKind>(load_little<uint8_t>(at + kKindAt)),
                        .channel = to.channel,
                        .token = to.token,
                        .offer = load_little<uint32_t>(at + kOfferAt),
                        .head_bytes = load_little<uint32_t>(at + kHeadBytesAt),
                        .payload_bytes = load_little<uint32_t>(at + kPayloadBytesAt)};
  if (message.head_bytes > kFrameHeadBytesMax || message.payload_bytes > kFramePayloadBytesMax)
    return impossible("a frame is larger than allowed");
  const size_t part_count = load_little<uint16_t>(at + kPartCountAt);
  const size_t inline_head = load_little<uint32_t>(at + kInlineHeadAt);
  const ByteView rest = bytes.subspan(kFabricHeadBytes);
  if (part_count > kFabricPartsMax || rest.size() < part_count * kFabricPartBytes)
    return impossible("an offered frame has too many parts");
  for (size_t i = 0; i < part_count; i++)
    message.parts.push_back(load_part(rest.data() + i * kFabricPartBytes));
  const ByteView behind = rest.subspan(part_count * kFabricPartBytes);
  if (inline_head > behind.size()) return impossible("a frame's head is longer than its message");
  message.head = behind.first(inline_head);
  message.payload = behind.subspan(inline_head);
  switch (message.kind) {
    case FabricMessageKind::done:
      return message;
    case FabricMessageKind::frame:
      if (part_count == 0 && inline_head == message.head_bytes &&
          message.payload.size() == message.payload_bytes)
        return message;
      return impossible("a frame is not as long as it says");
    case FabricMessageKind::begin:
      if (rest.empty() && message.head_bytes > 0) return message;
      return impossible("the announcement of a frame is not as it should be");
    case FabricMessageKind::piece:
      if (part_count == 0 && inline_head == 0 && !message.payload.empty()) return message;
      return impossible("a piece of a frame is not as it should be");
    case FabricMessageKind::offer:
      if (inline_head != 0 && inline_head != message.head_bytes)
        return impossible("an offered frame's head is not as long as it says");
      FIRN_CHECK(check_offer(message));
      return message;
  }
  return impossible("a message of a fabric channel is of an unknown kind");
}

std::vector<FabricRead> plan_fabric_reads(std::span<const FabricPart> parts,
                                          std::span<const MutableBytes> targets, size_t bytes_max) {
  std::vector<FabricRead> reads;
  auto target = targets.begin();
  size_t target_used = 0;
  for (FabricPart part : parts) {
    while (part.bytes > 0) {
      while (target_used == target->size()) {
        ++target;
        target_used = 0;
      }
      const size_t bytes = std::min({size_t{part.bytes}, target->size() - target_used, bytes_max});
      reads.push_back({target->subspan(target_used, bytes), part.address, part.key});
      part.address += bytes;
      part.bytes -= bytes;
      target_used += bytes;
    }
  }
  return reads;
}

}  // namespace firn::net

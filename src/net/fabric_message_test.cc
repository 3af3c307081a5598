// Messages of a fabric channel: what is encoded decodes to the same, and nothing else decodes.
#include "net/fabric_message.h"

#include <gtest/gtest.h>

#include "runtime/transport.h"

namespace firn::net {
namespace {

constexpr std::string_view kHead = "a frame's head";

std::vector<std::byte> encoded(const FabricMessage& message, std::string_view payload = {}) {
  std::vector<std::byte> bytes(kFabricMessageBytesMax);
  const size_t size = encode_fabric_message(message, bytes);
  copy_bytes(MutableBytes(bytes).subspan(size), as_bytes(payload));
  bytes.resize(size + payload.size());
  return bytes;
}

FabricMessage offer(std::vector<FabricPart> parts, uint32_t payload_bytes) {
  return {.kind = FabricMessageKind::offer,
          .channel = 7,
          .token = 99,
          .offer = 5,
          .head_bytes = kHead.size(),
          .payload_bytes = payload_bytes,
          .parts = std::move(parts),
          .head = as_bytes(kHead)};
}

Code code_of(const std::vector<std::byte>& bytes) {
  const auto message = decode_fabric_message(bytes);
  return message ? Code{} : message.error().code();
}

TEST(FabricMessage, frame_comes_back_as_it_was) {
  const auto bytes = encoded({.kind = FabricMessageKind::frame,
                              .channel = 3,
                              .token = 4,
                              .head_bytes = kHead.size(),
                              .payload_bytes = 4,
                              .head = as_bytes(kHead)},
                             "data");
  const auto message = decode_fabric_message(bytes);
  ASSERT_TRUE(message.has_value()) << message.error().message();
  EXPECT_EQ(message->channel, 3U);
  EXPECT_EQ(message->token, 4U);
  EXPECT_EQ(as_text(message->head), kHead);
  EXPECT_EQ(as_text(message->payload), "data");
  EXPECT_EQ(fabric_destination(bytes)->token, 4U);
}

TEST(FabricMessage, offer_comes_back_as_it_was) {
  const auto bytes =
      encoded(offer({{.address = 1, .key = 2, .bytes = 1000}, {.address = 3, .key = 4, .bytes = 24}}, 1024));
  const auto message = decode_fabric_message(bytes);
  ASSERT_TRUE(message.has_value()) << message.error().message();
  EXPECT_EQ(message->offer, 5U);
  EXPECT_EQ(as_text(message->head), kHead);
  ASSERT_EQ(message->parts.size(), 2U);
  EXPECT_EQ(message->parts[1].address, 3U);
  EXPECT_EQ(message->parts[1].key, 4U);
}

TEST(FabricMessage, offer_may_have_its_head_in_the_first_part) {
  FabricMessage message = offer({{.bytes = 500'000}, {.bytes = 100}}, 100);
  message.head = {};
  message.head_bytes = 500'000;
  EXPECT_TRUE(decode_fabric_message(encoded(message)).has_value());
  message.head_bytes = 499'999;
  EXPECT_EQ(code_of(encoded(message)), Code::corrupt);
}

TEST(FabricMessage, lengths_that_do_not_agree_are_refused) {
  EXPECT_EQ(code_of(encoded(offer({{.bytes = 1023}}, 1024))), Code::corrupt);
  EXPECT_EQ(code_of(encoded(offer({{.bytes = 1024}, {.bytes = 0}}, 1024))), Code::corrupt);
  EXPECT_EQ(code_of(encoded(offer({}, 1024))), Code::corrupt);
  EXPECT_EQ(code_of(encoded(offer({{.bytes = ~0ULL}, {.bytes = 1025}}, 1024))), Code::corrupt);
  EXPECT_EQ(code_of(encoded(offer({{.address = ~0ULL, .bytes = 1024}}, 1024))), Code::corrupt);
  EXPECT_EQ(code_of(encoded(offer({{.bytes = kFramePayloadBytesMax + 1}}, kFramePayloadBytesMax + 1))),
            Code::corrupt);
  FabricMessage frame{.kind = FabricMessageKind::frame,
                      .head_bytes = kHead.size(),
                      .payload_bytes = 4,
                      .head = as_bytes(kHead)};
  EXPECT_EQ(code_of(encoded(frame, "dat")), Code::corrupt);
  EXPECT_EQ(code_of(encoded(frame, "data!")), Code::corrupt);
  frame.head_bytes++;
  EXPECT_EQ(code_of(encoded(frame, "data")), Code::corrupt);
}

TEST(FabricMessage, beginning_of_a_message_is_none) {
  const auto bytes = encoded(offer({{.bytes = 1024}}, 1024));
  for (size_t size = 0; size < bytes.size(); size++) {
    EXPECT_EQ(code_of({bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size)}), Code::corrupt) << size;
  }
}

TEST(FabricMessage, pieces_hold_bytes_and_their_announcement_none) {
  FabricMessage begin{.kind = FabricMessageKind::begin, .head_bytes = 100'000, .payload_bytes = 0};
  EXPECT_TRUE(decode_fabric_message(encoded(begin)).has_value());
  EXPECT_EQ(code_of(encoded(begin, "data")), Code::corrupt);
  begin.head_bytes = 0;
  EXPECT_EQ(code_of(encoded(begin)), Code::corrupt);
  const FabricMessage piece{.kind = FabricMessageKind::piece};
  EXPECT_EQ(as_text(decode_fabric_message(encoded(piece, "data"))->payload), "data");
  EXPECT_EQ(code_of(encoded(piece)), Code::corrupt);
}

TEST(FabricMessage, unknown_kind_is_refused) {
  EXPECT_EQ(code_of(encoded({.kind = static_cast<FabricMessageKind>(9)})), Code::corrupt);
}

TEST(FabricMessage, reads_bring_every_byte_to_its_place) {
  std::vector<std::byte> first(1000);
  std::vector<std::byte> empty;
  std::vector<std::byte> second(500);
  const std::vector<MutableBytes> targets{first, empty, second};
  const std::vector<FabricPart> parts{{.address = 10'000, .key = 1, .bytes = 300},
                                      {.address = 20'000, .key = 2, .bytes = 1200}};
  size_t bytes = 0;
  for (const FabricRead& read : plan_fabric_reads(parts, targets, 450)) {
    EXPECT_LE(read.target.size(), 450U);
    const bool in_first = bytes < 1000;
    EXPECT_EQ(read.target.data(), in_first ? first.data() + bytes : second.data() + (bytes - 1000));
    EXPECT_EQ(read.key, bytes < 300 ? 1U : 2U);
    EXPECT_EQ(read.address, bytes < 300 ? 10'000 + bytes : 20'000 + bytes - 300);
    bytes += read.target.size();
    EXPECT_TRUE(!in_first || bytes <= 1000);
  }
  EXPECT_EQ(bytes, 1500U);
}

}  // namespace
}  // namespace firn::net

// The head of frames: layout, damage, errors on their way.
#include "net/frame.h"

#include <gtest/gtest.h>

#include "codec/crc32c.h"
#include "model/wire.h"

namespace firn::net {
namespace {

Frame sample() {
  return {.kind = FrameKind::request,
          .opcode = 7,
          .call_number = CallNumber(0x1122334455667788),
          .request = {ClientId(42), RequestSequence(9)},
          .completed_below = RequestSequence(8),
          .time = 1500ms,
          .body = "message"};
}

TEST(FrameTest, decode_gives_back_what_was_encoded) {
  const std::string head = encode_frame(sample());
  EXPECT_EQ(head.size(), kFrameFixedBytes + 7);
  auto frame = decode_frame(as_bytes(head));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->kind, FrameKind::request);
  EXPECT_EQ(frame->opcode, 7);
  EXPECT_EQ(frame->status, 0);
  EXPECT_EQ(frame->call_number, CallNumber(0x1122334455667788));
  EXPECT_EQ(frame->request, (RequestId{ClientId(42), RequestSequence(9)}));
  EXPECT_EQ(frame->completed_below, RequestSequence(8));
  EXPECT_EQ(frame->time, Duration(1500ms));
  EXPECT_EQ(frame->body, "message");
}

TEST(FrameTest, layout_is_as_documented) {
  const std::string head = encode_frame(sample());
  EXPECT_EQ(head.substr(0, 4), "FRPC");
  EXPECT_EQ(head[4], 1);  // version
  EXPECT_EQ(load_little<uint32_t>(head.data() + 8), crc32c(as_bytes(head).subspan(12)));
  EXPECT_EQ(head[12], 1);  // kind
  EXPECT_EQ(head[14], 7);
  EXPECT_EQ(static_cast<uint8_t>(head[24]), 0x88);
  EXPECT_EQ(head[32], 42);
  EXPECT_EQ(head[40], 9);
  EXPECT_EQ(head[48], 8);
  EXPECT_EQ(head.substr(64), "message");
}

TEST(FrameTest, any_damaged_byte_is_noticed) {
  const std::string head = encode_frame(sample());
  for (size_t i = 0; i < head.size(); i++) {
    std::string damaged = head;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    auto frame = decode_frame(as_bytes(damaged));
    ASSERT_FALSE(frame.has_value()) << "byte " << i;
    EXPECT_EQ(frame.error().code(), i >= 4 && i < 8 ? Code::version : Code::corrupt) << "byte " << i;
  }
}

TEST(FrameTest, any_cut_head_is_refused) {
  const std::string head = encode_frame(sample());
  for (size_t size = 0; size < head.size(); size++) {
    EXPECT_FALSE(decode_frame(as_bytes(head).first(size)).has_value()) << size << " bytes";
  }
}

TEST(FrameTest, error_travels_with_code_causes_and_remedy) {
  const Error error = fail(Code::no_space, "the pool is full")
                          .on("pool", "p")
                          .because(fail(Code::io, "the disk is full"))
                          .remedy("delete something");
  const std::string head = encode_error_frame(FrameKind::reply, CallNumber(3), error);
  auto frame = decode_frame(as_bytes(head));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->status, static_cast<uint16_t>(Code::no_space));
  const Error received = error_of(*frame);
  EXPECT_EQ(received.code(), Code::no_space);
  EXPECT_EQ(received.message(), "the pool is full (pool=p): the disk is full");
  EXPECT_EQ(received.remedy(), "delete something");
}

TEST(FrameTest, error_that_cannot_be_decoded_is_an_error_too) {
  EXPECT_EQ(error_of({.kind = FrameKind::reply, .status = 4, .body = "no error"}).code(), Code::corrupt);
}

}  // namespace
}  // namespace firn::net

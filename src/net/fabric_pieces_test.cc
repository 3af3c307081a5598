// Frames in pieces: what is cut is put together again, whatever the sizes; what does not belong is refused.
#include "net/fabric_pieces.h"

#include <numeric>

#include <gtest/gtest.h>

namespace firn::net {
namespace {

struct Receiver final : FabricFrameOwner {
  std::vector<MutableBytes> place(ByteView, size_t payload_bytes) override {
    if (!wants) return {};
    payload.resize(payload_bytes);
    std::vector<MutableBytes> places;
    for (size_t at = 0; at < payload_bytes; at += place_bytes)
      places.push_back(MutableBytes(payload).subspan(at, std::min(place_bytes, payload_bytes - at)));
    return places;
  }
  void arrived(ByteView arrived_head, size_t payload_bytes) override {
    head.assign(arrived_head.begin(), arrived_head.end());
    EXPECT_TRUE(!wants || payload_bytes == payload.size());
    frames++;
  }
  bool wants = true;
  size_t place_bytes = 1000;
  std::vector<std::byte> head;
  std::vector<std::byte> payload;
  int frames = 0;
};

std::vector<std::byte> counted(size_t size, uint8_t from) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; i++) bytes[i] = static_cast<std::byte>(from + i * 7 + i / 251);
  return bytes;
}

// Sends head and payload in pieces of `piece_bytes`.
void transfer(ByteView head, std::span<const ByteView> payload, size_t piece_bytes,
              FabricAssembly& assembly) {
  assembly.begin(head.size(), total_bytes(payload));
  FabricCutter rest(head, payload);
  while (!rest.empty()) {
    std::vector<std::byte> piece;
    for (const ByteView part : rest.take(piece_bytes)) piece.insert(piece.end(), part.begin(), part.end());
    EXPECT_LE(piece.size(), piece_bytes);
    ASSERT_FALSE(piece.empty());
    ASSERT_TRUE(assembly.take(piece).has_value());
  }
}

TEST(FabricPieces, frame_is_put_together_again) {
  const auto head = counted(777, 1);
  const auto first = counted(3000, 2);
  const auto second = counted(1, 3);
  const std::vector<ByteView> payload{first, {}, second, {}};
  for (const size_t piece_bytes : {1, 7, 776, 777, 778, 1000, 5000}) {
    for (const size_t place_bytes : {1, 1000, 3001}) {
      Receiver receiver;
      receiver.place_bytes = place_bytes;
      FabricAssembly assembly(receiver);
      transfer(head, payload, piece_bytes, assembly);
      EXPECT_FALSE(assembly.active());
      EXPECT_EQ(receiver.frames, 1);
      EXPECT_EQ(receiver.head, head);
      auto whole = first;
      whole.insert(whole.end(), second.begin(), second.end());
      EXPECT_EQ(receiver.payload, whole) << piece_bytes << " " << place_bytes;
    }
  }
}

TEST(FabricPieces, frames_follow_one_another) {
  Receiver receiver;
  FabricAssembly assembly(receiver);
  const auto data = counted(100, 9);
  const ByteView part = data;
  transfer(data, {}, 30, assembly);
  EXPECT_EQ(receiver.payload.size(), 0U);
  transfer(data, {&part, 1}, 30, assembly);
  EXPECT_EQ(receiver.frames, 2);
  EXPECT_EQ(receiver.payload, data);
}

TEST(FabricPieces, payload_that_is_not_wanted_is_passed_over) {
  Receiver receiver;
  receiver.wants = false;
  FabricAssembly assembly(receiver);
  const auto data = counted(100, 9);
  const ByteView part = data;
  transfer(data, {&part, 1}, 30, assembly);
  EXPECT_EQ(receiver.frames, 1);
  EXPECT_EQ(receiver.head, data);
}

TEST(FabricPieces, bytes_of_no_frame_are_refused) {
  Receiver receiver;
  FabricAssembly assembly(receiver);
  const auto data = counted(100, 1);
  EXPECT_EQ(assembly.take(data).error().code(), Code::corrupt);
  assembly.begin(50, 49);
  EXPECT_EQ(assembly.take(data).error().code(), Code::corrupt);
  EXPECT_EQ(receiver.frames, 0);
  EXPECT_TRUE(assembly.take(ByteView(data).first(99)).has_value());
  EXPECT_EQ(receiver.frames, 1);
}

}  // namespace
}  // namespace firn::net

// Frames through a ring, in pieces and with peers that write nonsense.
#include "net/shm_frame.h"

#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "runtime/manual_executor.h"

namespace firn::net {
namespace {

constexpr size_t kRingBytes = 4096;

class NoChannel final : public Channel {
 public:
  Task<Result<void>> send(ByteView, std::span<const ByteView>) override { co_return Result<void>(); }
  void close() override {}
  std::string peer() const override { return "nobody"; }
};

struct Received {
  std::string head;
  std::string payload;
  friend bool operator==(const Received&, const Received&) = default;
};

// Payload goes to two buffers.
class Collector final : public ChannelReceiver {
 public:
  std::vector<MutableBytes> place(Channel&, ByteView, size_t payload_bytes) override {
    payload_.assign(payload_bytes, '\0');
    if (drop) return {};
    const MutableBytes all = std::as_writable_bytes(std::span(payload_));
    return {all.first(payload_bytes / 3), all.subspan(payload_bytes / 3)};
  }
  void arrived(Channel&, ByteView head, size_t payload_bytes) override {
    EXPECT_EQ(payload_.size(), payload_bytes);
    frames.push_back({std::string(as_text(head)), std::exchange(payload_, {})});
  }
  void closed(Channel&, Error) override {}

  std::vector<Received> frames;
  bool drop = false;

 private:
  std::string payload_;
};

struct Ring {
  std::vector<std::byte> bytes = std::vector<std::byte>(kRingBytes);
  ShmPositions positions{};
  ShmRingWriter writer{bytes, positions};
  ShmFrameReader reader{ShmRingReader(bytes, positions)};
};

std::string random_text(Rng& rng, size_t bytes) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(rng.next());
  return text;
}

Received random_frame(Rng& rng) {
  const size_t sizes[] = {0, 1, 64, 300, kRingBytes - 8, kRingBytes, 3 * kRingBytes + 5};
  return {random_text(rng, sizes[rng.below(7)]), random_text(rng, sizes[rng.below(7)])};
}

TEST(ShmFrameTest, frames_of_all_sizes_come_through_a_small_ring) {
  Rng rng(3);
  ManualExecutor executor;
  Ring ring;
  NoChannel channel;
  Collector collector;
  for (int i = 0; i < 300; i++) {
    const Received frame = random_frame(rng);
    const ByteView parts[] = {as_bytes(frame.payload).first(frame.payload.size() / 2),
                              as_bytes(frame.payload).subspan(frame.payload.size() / 2)};
    ShmOutgoing outgoing(executor, as_bytes(frame.head), parts);
    for (bool complete = false; !complete;) {
      complete = outgoing.advance(ring.writer);
      ring.writer.publish();
      while (*ring.reader.read(channel, collector)) {
      }
      ring.reader.publish();
    }
    ASSERT_EQ(collector.frames.size(), 1U);
    ASSERT_EQ(collector.frames.front(), frame);
    collector.frames.clear();
  }
}

TEST(ShmFrameTest, payload_nobody_wants_is_skipped) {
  ManualExecutor executor;
  Ring ring;
  NoChannel channel;
  Collector collector;
  collector.drop = true;
  for (int i = 0; i < 10; i++) {
    const std::string payload(1000, 'x');
    const ByteView part = as_bytes(payload);
    ShmOutgoing outgoing(executor, as_bytes("head"), {&part, 1});
    ASSERT_TRUE(outgoing.advance(ring.writer));
    ring.writer.publish();
    while (*ring.reader.read(channel, collector)) {
    }
    ring.reader.publish();
  }
  EXPECT_EQ(collector.frames.size(), 10U);
}

TEST(ShmFrameTest, frame_above_the_bounds_is_corrupt) {
  for (const auto& lengths :
       {frame_lengths(kFrameHeadBytesMax + 1, 0), frame_lengths(1, kFramePayloadBytesMax + 1)}) {
    Ring ring;
    NoChannel channel;
    Collector collector;
    ring.writer.write(lengths);
    ring.writer.publish();
    EXPECT_EQ(ring.reader.read(channel, collector).error().code(), Code::corrupt);
  }
}

TEST(ShmFrameTest, impossible_positions_are_noticed) {
  for (const uint64_t position : {uint64_t{kRingBytes + 1}, uint64_t{1} << 63, ~uint64_t{0}}) {
    Ring ring;
    NoChannel channel;
    Collector collector;
    ring.positions.written = position;
    EXPECT_TRUE(ring.reader.ready());
    EXPECT_EQ(ring.reader.read(channel, collector).error().code(), Code::corrupt);
  }
  // More read than written.
  for (const uint64_t position : {uint64_t{1}, uint64_t{kRingBytes + 1}, uint64_t{1} << 63}) {
    Ring ring;
    ring.positions.read = position;
    EXPECT_TRUE(ring.writer.broken());
    EXPECT_EQ(ring.writer.room(), 0U);
    EXPECT_EQ(ring.writer.write(as_bytes("x")), 0U);
  }
}

// Two threads, as the two sides are: for the thread sanitizer above all.
TEST(ShmFrameTest, writer_and_reader_run_beside_each_other) {
  constexpr int kFrames = 2000;
  Ring ring;
  std::thread writer([&] {
    Rng rng(5);
    ManualExecutor executor;
    for (int i = 0; i < kFrames; i++) {
      const Received frame = random_frame(rng);
      const ByteView payload = as_bytes(frame.payload);
      ShmOutgoing outgoing(executor, as_bytes(frame.head), {&payload, 1});
      while (!outgoing.advance(ring.writer)) {
        ring.writer.publish();
        std::this_thread::yield();
      }
      ring.writer.publish();
    }
  });
  Rng rng(5);
  NoChannel channel;
  Collector collector;
  for (int i = 0; i < kFrames;) {
    if (!*ring.reader.read(channel, collector)) {
      ring.reader.publish();
      std::this_thread::yield();
    }
    for (; !collector.frames.empty(); i++) {
      ASSERT_EQ(collector.frames.front(), random_frame(rng));
      collector.frames.erase(collector.frames.begin());
    }
  }
  writer.join();
}

}  // namespace
}  // namespace firn::net

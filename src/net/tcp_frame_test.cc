// Tests of how frames share system calls, and of how a reader takes them from whatever pieces arrive.
#include "net/tcp_frame.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/gate.h"
#include "runtime/manual_executor.h"
#include "runtime/transport.h"

namespace firn::net {
namespace {

// Takes what is sent at once; gives what a test has put in, piece by piece, then the end.
class ScriptedSocket final : public Socket {
 public:
  Task<Result<size_t>> receive(MutableBytes target) override { co_return take(target); }
  Task<Result<void>> receive_all(MutableBytes target) override {
    while (!target.empty()) {
      const size_t bytes = take(target);
      if (bytes == 0) co_return fail(Code::unreachable, "the script has ended");
      target = target.subspan(bytes);
    }
    co_return Result<void>();
  }
  Task<Result<void>> send_all(std::span<const ByteView> parts) override {
    sent.push_back(total_bytes(parts));
    for (const ByteView part : parts) stream += as_text(part);
    co_return Result<void>();
  }
  size_t send_now(ByteView bytes) override {
    const size_t taken = std::min(bytes.size(), takes);
    sent.push_back(taken);
    stream += as_text(bytes.first(taken));
    return taken;
  }
  void shutdown() override {}
  std::string peer() const override { return "script"; }
  int release() override { return -1; }

  size_t takes = SIZE_MAX;   // of a send that does not wait
  std::vector<size_t> sent;  // bytes of each call
  std::string stream;        // all of them
  std::deque<std::string> pieces;

 private:
  size_t take(MutableBytes target) {
    if (pieces.empty()) return 0;
    const size_t bytes = std::min(pieces.front().size(), target.size());
    copy_bytes(target.first(bytes), as_bytes(pieces.front()).first(bytes));
    pieces.front().erase(0, bytes);
    if (pieces.front().empty()) pieces.pop_front();
    return bytes;
  }
};

class FrameSenderTest : public testing::Test {
 protected:
  void SetUp() override { sending_.spawn(sender.run()); }
  void TearDown() override {
    sender.stop();
    executor.run_ready();
    EXPECT_EQ(sending_.size(), 0U);
    EXPECT_EQ(gate_.size(), 0U);
  }
  // One that waits.
  void send(std::string head) { gate_.spawn(send_one(this, std::move(head))); }
  void send_now(size_t frames) {
    for (size_t i = 0; i < frames; i++) EXPECT_TRUE(sender.send_now(as_bytes("12345678"), {}, false));
  }

  ManualExecutor executor;
  ScriptedSocket socket;
  FrameSender sender{executor, socket};
  size_t refused = 0;

 private:
  static Task<void> send_one(FrameSenderTest* self, std::string head) {
    const auto sent = co_await self->sender.send(as_bytes(head), {});
    if (!sent && sent.error().code() == Code::unreachable) self->refused++;
  }

  Gate sending_{executor};
  Gate gate_{executor};
};

TEST_F(FrameSenderTest, frames_of_one_turn_go_out_together) {
  send_now(5);
  EXPECT_TRUE(socket.sent.empty());
  executor.run_ready();
  EXPECT_EQ(socket.sent, (std::vector<size_t>{5 * 16}));
}

TEST_F(FrameSenderTest, many_frames_do_not_wait_for_the_turns_end) {
  send_now(40);
  EXPECT_EQ(socket.sent, (std::vector<size_t>{16 * 16, 16 * 16}));
  executor.run_ready();
  EXPECT_EQ(socket.sent, (std::vector<size_t>{16 * 16, 16 * 16, 8 * 16}));
}

TEST_F(FrameSenderTest, frame_that_is_alone_is_sent_at_once) {
  EXPECT_TRUE(sender.send_now(as_bytes("12345678"), {}, true));
  EXPECT_EQ(socket.sent, (std::vector<size_t>{16}));
  send_now(1);
  EXPECT_TRUE(sender.send_now(as_bytes("12345678"), {}, true));  // it is not: it goes with the other
  executor.run_ready();
  EXPECT_EQ(socket.sent, (std::vector<size_t>{16, 2 * 16}));
}

TEST_F(FrameSenderTest, frames_that_wait_and_frames_that_do_not_share_a_stream) {
  socket.takes = 3;
  send("large");
  ASSERT_TRUE(sender.send_now(as_bytes("small"), {}, false));
  executor.run_ready();
  const auto text = [](std::string_view head) {
    return std::string(as_text(frame_lengths(head.size(), 0))) + std::string(head);
  };
  EXPECT_EQ(socket.stream, text("small") + text("large"));
  EXPECT_EQ(socket.sent, (std::vector<size_t>{3, 13 - 3 + 13}));
}

TEST_F(FrameSenderTest, only_so_much_is_copied) {
  EXPECT_FALSE(sender.send_now(as_bytes(std::string(8 << 10, 'x')), {}, false));
  const std::string frame(4096 - kFrameLengthsBytes, 'x');
  socket.takes = 0;
  size_t taken = 0;
  while (taken < 100 && sender.send_now(as_bytes(frame), {}, false)) taken++;
  EXPECT_EQ(taken, 16U);
  executor.run_ready();
  EXPECT_EQ(socket.stream.size(), 16U * 4096);
}

TEST_F(FrameSenderTest, stopped_sender_refuses) {
  send("x");
  sender.stop();
  EXPECT_FALSE(sender.send_now(as_bytes("y"), {}, false));
  send("z");
  executor.run_ready();
  EXPECT_EQ(refused, 2U);
  EXPECT_TRUE(socket.sent.empty());
}

// Records heads and payloads.
class Recorder final : public ChannelReceiver {
 public:
  std::vector<MutableBytes> place(Channel&, ByteView, size_t bytes) override {
    payload.assign(bytes, '\0');
    const MutableBytes all{reinterpret_cast<std::byte*>(payload.data()), bytes};
    if (skip) return {};
    return {all.first(bytes / 3), all.subspan(bytes / 3)};
  }
  void arrived(Channel&, ByteView head, size_t bytes) override {
    log.push_back(std::string(as_text(head)) + ":" + (bytes > 0 ? payload : ""));
  }
  void closed(Channel&, Error) override {}

  bool skip = false;
  std::string payload;
  std::vector<std::string> log;
};

class NoChannel final : public Channel {
 public:
  Task<Result<void>> send(ByteView, std::span<const ByteView>) override { co_return Result<void>(); }
  void close() override {}
  std::string peer() const override { return "nobody"; }
};

std::string frame_text(const std::string& head, const std::string& payload) {
  const auto lengths = frame_lengths(head.size(), payload.size());
  return std::string(as_text(lengths)) + head + payload;
}

std::vector<std::string> read_in_pieces(const std::string& stream, size_t piece_bytes, bool skip) {
  ManualExecutor executor;
  ScriptedSocket socket;
  for (size_t at = 0; at < stream.size(); at += piece_bytes) {
    socket.pieces.push_back(stream.substr(at, piece_bytes));
  }
  NoChannel channel;
  Recorder recorder;
  recorder.skip = skip;
  FrameReader reader(socket, channel);
  Gate gate(executor);
  gate.spawn([](FrameReader* of, Recorder* to) -> Task<void> {
    const Error end = co_await of->run(to);
    EXPECT_EQ(end.code(), Code::unreachable);
  }(&reader, &recorder));
  executor.run_ready();
  EXPECT_EQ(gate.size(), 0U);
  return recorder.log;
}

TEST(FrameReaderTest, frames_are_the_same_in_whatever_pieces_they_come) {
  const std::string large(100'000, 'L');
  const std::string stream = frame_text("a", "") + frame_text("b", "small") + frame_text("c", large) +
                             frame_text("", "no head") + frame_text("e", "");
  const std::vector<std::string> expected = {"a:", "b:small", "c:" + large, ":no head", "e:"};
  for (const size_t piece_bytes : {size_t{1}, size_t{7}, size_t{1000}, size_t{30'000}}) {
    EXPECT_EQ(read_in_pieces(stream, piece_bytes, false), expected) << piece_bytes;
  }
}

TEST(FrameReaderTest, payload_without_a_place_is_skipped) {
  const std::string large(100'000, '\0');
  const std::string small(5, '\0');
  const std::string stream =
      frame_text("b", "small") + frame_text("c", std::string(100'000, 'L')) + frame_text("d", "");
  for (const size_t piece_bytes : {size_t{3}, size_t{30'000}}) {
    EXPECT_EQ(read_in_pieces(stream, piece_bytes, true),
              (std::vector<std::string>{"b:" + small, "c:" + large, "d:"}));
  }
}

}  // namespace
}  // namespace firn::net

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
    co_return Result<void>();
  }
  void shutdown() override {}
  std::string peer() const override { return "script"; }
  int release() override { return -1; }

  std::vector<size_t> sent;  // bytes of each call
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

Task<void> send_one(FrameSender* sender, std::string head) {
  const auto sent = co_await sender->send(as_bytes(head), {});
  EXPECT_TRUE(sent.has_value());
}

std::vector<size_t> sends_of(size_t frames) {
  ManualExecutor executor;
  ScriptedSocket socket;
  FrameSender sender(executor, socket);
  Gate gate(executor);
  for (size_t i = 0; i < frames; i++) gate.spawn(send_one(&sender, "12345678"));
  executor.run_ready();
  EXPECT_EQ(gate.size(), 0U);
  return socket.sent;
}

TEST(FrameSenderTest, frames_of_one_turn_go_out_together) {
  EXPECT_EQ(sends_of(1), (std::vector<size_t>{16}));
  EXPECT_EQ(sends_of(5), (std::vector<size_t>{5 * 16}));
}

TEST(FrameSenderTest, many_frames_do_not_wait_for_the_turns_end) {
  EXPECT_EQ(sends_of(40), (std::vector<size_t>{16 * 16, 16 * 16, 8 * 16}));
}

TEST(FrameSenderTest, stopped_sender_drains_and_refuses) {
  ManualExecutor executor;
  ScriptedSocket socket;
  FrameSender sender(executor, socket);
  Gate gate(executor);
  bool refused = false;
  gate.spawn([](FrameSender* of, bool* out) -> Task<void> {
    const auto sent = co_await of->send(as_bytes("x"), {});
    *out = !sent && sent.error().code() == Code::unreachable;
  }(&sender, &refused));
  sender.stop();
  gate.spawn(sender.drained());
  executor.run_ready();
  EXPECT_EQ(gate.size(), 0U);
  EXPECT_TRUE(refused);
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

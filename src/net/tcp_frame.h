// How frames follow one another in a TCP stream: after the preamble each is u32 head bytes, u32 payload
// bytes, head, payload. Little endian; docs/formats/messages.md. FrameSender and FrameReader are the two
// directions of one socket.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "runtime/intrusive_list.h"
#include "runtime/socket.h"
#include "runtime/sync.h"
#include "runtime/task.h"
#include "runtime/transport.h"

namespace firn::net {

// What a TCP connection is for.
enum class ConnectionKind : uint16_t {
  frames = 0,  // they follow one another in it
  fabric = 1,  // they go over a fabric: net/fabric_hello.h
};

// The client's first bytes: "FIRN", u16 protocol version, u16 kind, u32 target. The server does not answer
// it, except with a refusal frame.
struct Preamble {
  static constexpr size_t kBytes = 12;
  uint16_t version = 0;
  uint32_t target = 0;
  ConnectionKind kind = ConnectionKind::frames;

  std::array<std::byte, kBytes> encode() const;
  // Code::corrupt: this is no client of ours.
  static Result<Preamble> decode(std::span<const std::byte, kBytes> bytes);
};

constexpr size_t kFrameLengthsBytes = 8;
std::array<std::byte, kFrameLengthsBytes> frame_lengths(size_t head_bytes, size_t payload_bytes);

// Sends frames. What gathers during one turn of the loop, or while a system call is in progress, goes out
// with the next, in one. Small frames are copied and nobody waits for them; of others the sender's own bytes
// are sent.
class FrameSender {
 public:
  FrameSender(Executor& executor, Socket& socket) : executor_(executor), socket_(socket) {}
  // run() has ended, or never began.
  ~FrameSender() = default;

  // Sends what the others hand over, until stop(); then ends the sends in progress. Once.
  Task<void> run();
  // As Channel::send_now. `alone`: no other frame is expected in this turn, so this one is sent at once.
  bool send_now(ByteView head, std::span<const ByteView> payload, bool alone);
  // Code::unreachable once the stream is broken or stop() was called, Code::too_big.
  Task<Result<void>> send(ByteView head, std::span<const ByteView> payload);
  // Sends nothing more. With the socket shut down, run() ends soon.
  void stop();

 private:
  static constexpr size_t kBatchBytesMax = 256 << 10;
  static constexpr size_t kBatchPartsMax = 512;
  // A copied frame, and all of them together.
  static constexpr size_t kCopiedFrameMax = 8 << 10;
  static constexpr size_t kCopiedBytesMax = 64 << 10;
  static constexpr size_t kCopiedBytesKept = 8 << 10;  // of memory, when they have been sent
  // So many frames do not wait for others: the peer has enough to begin with.
  static constexpr size_t kGatheredMax = 16;

  // A frame in the queue; lives in its send().
  struct Outgoing : ListNode {
    Outgoing(Executor& executor, ByteView head_bytes, std::span<const ByteView> payload_parts);
    size_t bytes() const { return kFrameLengthsBytes + head.size() + payload_bytes; }

    const std::array<std::byte, kFrameLengthsBytes> lengths;
    const ByteView head;
    const std::span<const ByteView> payload;
    const size_t payload_bytes;
    Result<void> result;
    Event done;
  };
  // co_await it in run(): until wake().
  struct Sleep {
    FrameSender& sender;
    bool await_ready() const { return sender.stopped_; }
    void await_suspend(std::coroutine_handle<> awaiting) const { sender.sleeping_ = awaiting; }
    void await_resume() const {}
  };

  void wake();
  void send_copied();
  void gather_batch();
  void batch_ended(const Result<void>& result);

  Executor& executor_;
  Socket& socket_;
  std::coroutine_handle<> sleeping_;  // run(), when there is nothing to do
  std::string copied_;                // small frames
  size_t copied_frames_ = 0;
  IntrusiveList<Outgoing> queue_;  // the others
  // Of the system call in progress.
  bool sending_ = false;
  std::string copied_batch_;
  std::vector<Outgoing*> batch_;
  std::vector<ByteView> parts_;
  bool stopped_ = false;
};

// Receives frames and hands them to a ChannelReceiver: small ones many per system call through a buffer;
// large payload goes from the socket to its place.
class FrameReader {
 public:
  FrameReader(Socket& socket, Channel& channel) : socket_(socket), channel_(channel), buffer_(kBufferBytes) {}

  // Until the stream ends or breaks, the peer violates a bound, or stop(). Gives why.
  Task<Error> run(ChannelReceiver* receiver);
  // Whether the frame being handed over is the last that has come: who answers it need not wait for others.
  bool at_last() const { return at_last_; }
  // No further frame is handed over. Shut the socket down as well.
  void stop() { stopped_ = true; }

 private:
  static constexpr size_t kBufferBytes = 64 << 10;
  // Payload, or a rest of it, at least so large is received directly.
  static constexpr size_t kDirectBytes = 16 << 10;

  struct Lengths {
    size_t head_bytes = 0;
    size_t payload_bytes = 0;
    size_t frame_bytes() const { return kFrameLengthsBytes + head_bytes + payload_bytes; }
  };
  // Of the frame that is next; nothing while they are not there.
  Result<std::optional<Lengths>> next_lengths() const;
  // Hands over the frames that are in the buffer.
  Result<void> hand_over_buffered(ChannelReceiver* receiver);
  size_t next_small_bytes() const;
  std::vector<MutableBytes> places_of(ChannelReceiver* receiver, ByteView head, size_t bytes);
  Task<Result<void>> read_large(ChannelReceiver* receiver);
  Task<Result<void>> read_payload(std::vector<MutableBytes> places, size_t bytes);
  // At least `bytes` are in the buffer afterwards.
  Task<Result<void>> need(size_t bytes);
  Result<void> take(const Result<size_t>& received);
  void make_room(size_t bytes);
  ByteView buffered() const { return buffer_.bytes().subspan(begin_, end_ - begin_); }
  void consume(size_t bytes);

  Socket& socket_;
  Channel& channel_;
  Buffer buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool at_last_ = false;
  bool stopped_ = false;
};

}  // namespace firn::net

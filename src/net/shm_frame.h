// How frames follow one another in a ring: as in a TCP stream (net/tcp_frame.h), u32 head bytes, u32 payload
// bytes, head, payload. A frame may be larger than the ring: it goes through in steps, the reader behind the
// writer. Both are plain state machines: they do what is possible now.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "net/shm_ring.h"
#include "net/tcp_frame.h"
#include "runtime/intrusive_list.h"
#include "runtime/sync.h"
#include "runtime/transport.h"

namespace firn::net {

// So much is copied before the other side is let at it.
constexpr size_t kShmStepBytes = 32 << 10;

// A frame on its way into the ring; lives in its send().
class ShmOutgoing : public ListNode {
 public:
  // What the views refer to lives until the frame is done.
  ShmOutgoing(Executor& executor, ByteView head, std::span<const ByteView> payload)
      : lengths_(frame_lengths(head.size(), total_bytes(payload))),
        head_(head),
        payload_(payload),
        done_(executor) {}

  // Copies at most a step into the ring. True when all of the frame is there.
  bool advance(ShmRingWriter& ring);

  // Ends its send().
  void finish(Result<void> result) {
    result_ = std::move(result);
    ended_ = true;
    done_.set();
  }
  bool ended() const { return ended_; }
  auto wait() { return done_.wait(); }
  Result<void> take_result() { return std::move(result_); }

 private:
  ByteView part(size_t index) const;

  const std::array<std::byte, kFrameLengthsBytes> lengths_;
  const ByteView head_;
  const std::span<const ByteView> payload_;
  size_t part_ = 0;    // being copied: lengths, head, then the payload's
  size_t offset_ = 0;  // in it
  bool ended_ = false;
  Result<void> result_;
  Event done_;
};

class ShmFrameReader {
 public:
  explicit ShmFrameReader(ShmRingReader ring) : ring_(ring) {}

  // Whether read() would find something.
  bool ready() const { return ring_.changed(); }
  // Takes at most a step from the ring and hands over what is complete with it. False when there was nothing.
  // Code::corrupt when the peer breaks the rules; nothing may be read then any more. Room for the writer
  // comes back with each step of payload and with publish().
  Result<bool> read(Channel& channel, ChannelReceiver& receiver);
  void publish() { ring_.publish(); }

 private:
  enum class Stage : uint8_t { lengths, head, payload };

  Result<bool> read_lengths();
  bool read_head(Channel& channel, ChannelReceiver& receiver);
  bool read_payload(Channel& channel, ChannelReceiver& receiver);
  void frame_arrived(Channel& channel, ChannelReceiver& receiver);

  ShmRingReader ring_;
  Stage stage_ = Stage::lengths;
  std::array<std::byte, kFrameLengthsBytes> lengths_{};
  std::vector<std::byte> head_;
  size_t head_bytes_ = 0;
  size_t payload_bytes_ = 0;
  size_t done_bytes_ = 0;  // of what the stage reads
  std::vector<MutableBytes> places_;
  size_t place_ = 0;
  size_t place_offset_ = 0;
};

}  // namespace firn::net

// Frames in a TCP stream; see tcp_frame.h.
#include "net/tcp_frame.h"

#include <algorithm>
#include <utility>

#include "base/endian.h"

namespace firn::net {

namespace {

constexpr uint32_t kPreambleMagic = 0x4e524946;  // "FIRN"

Error closed_error() { return fail(Code::unreachable, "the connection is closed"); }

}  // namespace

std::array<std::byte, Preamble::kBytes> Preamble::encode() const {
  std::array<std::byte, kBytes> bytes{};
  store_little(bytes.data(), kPreambleMagic);
  store_little(bytes.data() + 4, version);
  store_little(bytes.data() + 6, static_cast<uint16_t>(kind));
  store_little(bytes.data() + 8, target);
  return bytes;
}

Result<Preamble> Preamble::decode(std::span<const std::byte, kBytes> bytes) {
  if (load_little<uint32_t>(bytes.data()) != kPreambleMagic)
    return fail(Code::corrupt, "this is no client of Firn");
  return Preamble{load_little<uint16_t>(bytes.data() + 4), load_little<uint32_t>(bytes.data() + 8),
                  static_cast<ConnectionKind>(load_little<uint16_t>(bytes.data() + 6))};
}

std::array<std::byte, kFrameLengthsBytes> frame_lengths(size_t head_bytes, size_t payload_bytes) {
  std::array<std::byte, kFrameLengthsBytes> bytes{};
  store_little(bytes.data(), static_cast<uint32_t>(head_bytes));
  store_little(bytes.data() + 4, static_cast<uint32_t>(payload_bytes));
  return bytes;
}

// --- FrameSender

FrameSender::Outgoing::Outgoing(Executor& executor, ByteView head_bytes,
                                std::span<const ByteView> payload_parts)
    : lengths(frame_lengths(head_bytes.size(), total_bytes(payload_parts))),
      head(head_bytes),
      payload(payload_parts),
      payload_bytes(total_bytes(payload_parts)),
      done(executor) {}

bool FrameSender::send_now(ByteView head, std::span<const ByteView> payload, bool alone) {
  const size_t payload_bytes = total_bytes(payload);
  const size_t bytes = kFrameLengthsBytes + head.size() + payload_bytes;
  if (stopped_ || sending_ || bytes > kCopiedFrameMax || copied_.size() + bytes > kCopiedBytesMax)
    return false;
  copied_.append(as_text(frame_lengths(head.size(), payload_bytes))).append(as_text(head));
  for (const ByteView part : payload) copied_.append(as_text(part));
  copied_frames_++;
  if (copied_frames_ >= kGatheredMax || (alone && copied_frames_ == 1)) send_copied();
  if (!copied_.empty()) wake();
  return true;
}

Task<Result<void>> FrameSender::send(ByteView head, std::span<const ByteView> payload) {
  if (stopped_) co_return closed_error();
  Outgoing mine(executor_, head, payload);
  if (head.size() > kFrameHeadBytesMax || mine.payload_bytes > kFramePayloadBytesMax) {
    co_return fail(Code::too_big, "the message is larger than a frame may be");
  }
  queue_.push_back(mine);
  wake();
  co_await mine.done.wait();
  co_return std::move(mine.result);
}

void FrameSender::stop() {
  stopped_ = true;
  wake();
}

void FrameSender::wake() {
  if (sleeping_) executor_.post(std::exchange(sleeping_, {}));
}

// Woken frames go out in the turn after the one that woke: others of it go along.
Task<void> FrameSender::run() {
  while (!stopped_) {
    co_await Sleep{*this};
    send_copied();
    while (!stopped_ && !(copied_.empty() && queue_.empty())) {
      gather_batch();
      sending_ = true;
      const Result<void> result = co_await socket_.send_all(parts_);
      sending_ = false;
      batch_ended(result);
    }
  }
  while (!queue_.empty()) {
    gather_batch();
    batch_ended(closed_error());
  }
}

// As much as the socket takes at once: mostly all.
void FrameSender::send_copied() {
  if (copied_.empty() || stopped_) return;
  const size_t sent = socket_.send_now(as_bytes(copied_));
  copied_.erase(0, sent);
  if (!copied_.empty()) return;
  copied_frames_ = 0;
  if (copied_.capacity() > kCopiedBytesKept) copied_ = {};
}

void FrameSender::gather_batch() {
  batch_.clear();
  parts_.clear();
  copied_batch_ = std::exchange(copied_, {});
  copied_frames_ = 0;
  size_t bytes = copied_batch_.size();
  if (bytes > 0) parts_.push_back(as_bytes(copied_batch_));
  while (Outgoing* const frame = queue_.front()) {
    const bool fits = bytes + frame->bytes() <= kBatchBytesMax &&
                      parts_.size() + 2 + frame->payload.size() <= kBatchPartsMax;
    if (!parts_.empty() && !fits) return;
    frame->unlink();
    batch_.push_back(frame);
    bytes += frame->bytes();
    parts_.emplace_back(frame->lengths);
    parts_.push_back(frame->head);
    parts_.insert(parts_.end(), frame->payload.begin(), frame->payload.end());
  }
}

void FrameSender::batch_ended(const Result<void>& result) {
  if (!result) stopped_ = true;
  for (Outgoing* const frame : batch_) {
    if (!result) frame->result = result.error().clone();
    frame->done.set();
  }
}

// --- FrameReader

Task<Error> FrameReader::run(ChannelReceiver* receiver) {
  while (true) {
    auto result = hand_over_buffered(receiver);
    if (stopped_) co_return closed_error();
    // Small frames are received whole, as many as come; of a large one the payload goes to its place.
    if (result) {
      if (const size_t bytes = next_small_bytes()) {
        make_room(bytes);
        result = take(co_await socket_.receive(buffer_.bytes().subspan(end_)));
      } else {
        result = co_await read_large(receiver);
      }
    }
    if (!result) co_return std::move(result).error();
  }
}

Result<std::optional<FrameReader::Lengths>> FrameReader::next_lengths() const {
  if (buffered().size() < kFrameLengthsBytes) return std::optional<Lengths>();
  const Lengths lengths{load_little<uint32_t>(buffered().data()),
                        load_little<uint32_t>(buffered().data() + 4)};
  if (lengths.head_bytes > kFrameHeadBytesMax || lengths.payload_bytes > kFramePayloadBytesMax) {
    return fail(Code::corrupt, "a frame is larger than allowed, or the stream is out of step")
        .on("head_bytes", lengths.head_bytes)
        .on("payload_bytes", lengths.payload_bytes);
  }
  return std::optional(lengths);
}

Result<void> FrameReader::hand_over_buffered(ChannelReceiver* receiver) {
  while (!stopped_) {
    FIRN_TRY(const auto lengths, next_lengths());
    if (!lengths || buffered().size() < lengths->frame_bytes()) return {};
    const ByteView content = buffered().first(lengths->frame_bytes()).subspan(kFrameLengthsBytes);
    const ByteView head = content.first(lengths->head_bytes);
    if (lengths->payload_bytes > 0) {
      ByteView payload = content.subspan(lengths->head_bytes);
      for (const MutableBytes place : places_of(receiver, head, payload.size())) {
        copy_bytes(place, payload.first(place.size()));
        payload = payload.subspan(place.size());
      }
    }
    at_last_ = buffered().size() == lengths->frame_bytes();
    if (!stopped_) receiver->arrived(channel_, head, lengths->payload_bytes);
    at_last_ = false;
    consume(lengths->frame_bytes());
  }
  return {};
}

// Of the frame that is next, if it is to be received into the buffer; 0 for a large one. hand_over_buffered()
// has looked at its lengths.
size_t FrameReader::next_small_bytes() const {
  const auto lengths = next_lengths();
  if (!lengths || !*lengths) return kFrameLengthsBytes;
  return (*lengths)->payload_bytes < kDirectBytes ? (*lengths)->frame_bytes() : 0;
}

std::vector<MutableBytes> FrameReader::places_of(ChannelReceiver* receiver, ByteView head, size_t bytes) {
  auto places = receiver->place(channel_, head, bytes);
  FIRN_ASSERT(places.empty() || total_bytes(places) == bytes);
  return places;
}

Task<Result<void>> FrameReader::read_large(ChannelReceiver* receiver) {
  FIRN_CO_TRY(const auto lengths, next_lengths());
  FIRN_CO_CHECK(co_await need(kFrameLengthsBytes + lengths->head_bytes));
  if (stopped_) co_return Result<void>();
  // A copy: the buffer is needed while payload arrives.
  const ByteView head_view = buffered().subspan(kFrameLengthsBytes, lengths->head_bytes);
  const std::vector<std::byte> head(head_view.begin(), head_view.end());
  consume(kFrameLengthsBytes + head.size());
  auto places = places_of(receiver, head, lengths->payload_bytes);
  FIRN_CO_CHECK(co_await read_payload(std::move(places), lengths->payload_bytes));
  if (!stopped_) receiver->arrived(channel_, head, lengths->payload_bytes);
  co_return Result<void>();
}

Task<Result<void>> FrameReader::read_payload(std::vector<MutableBytes> places, size_t bytes) {
  for (MutableBytes place : places) {
    while (!place.empty()) {
      if (buffered().empty() && place.size() >= kDirectBytes) {
        FIRN_CO_CHECK(co_await socket_.receive_all(place));
        break;
      }
      FIRN_CO_CHECK(co_await need(1));
      const size_t length = std::min(place.size(), buffered().size());
      copy_bytes(place.first(length), buffered().first(length));
      consume(length);
      place = place.subspan(length);
    }
  }
  size_t skipped = places.empty() ? bytes : 0;
  while (skipped > 0) {
    FIRN_CO_CHECK(co_await need(1));
    const size_t length = std::min(skipped, buffered().size());
    consume(length);
    skipped -= length;
  }
  co_return Result<void>();
}

Task<Result<void>> FrameReader::need(size_t bytes) {
  while (buffered().size() < bytes) {
    make_room(bytes);
    FIRN_CO_CHECK(take(co_await socket_.receive(buffer_.bytes().subspan(end_))));
  }
  co_return Result<void>();
}

Result<void> FrameReader::take(const Result<size_t>& received) {
  if (!received) return received.error().clone();
  if (*received == 0) return fail(Code::unreachable, "the peer closed the connection");
  end_ += *received;
  return {};
}

// For `bytes` from begin_ on. A buffer that was made larger for one frame becomes small again when it is
// empty.
void FrameReader::make_room(size_t bytes) {
  const size_t size = std::max(bytes, kBufferBytes);
  const bool replace = size > buffer_.size() || (begin_ == end_ && buffer_.size() > size);
  if (!replace && begin_ + bytes <= buffer_.size() && end_ < buffer_.size()) return;
  const ByteView kept = buffered();
  if (replace) {
    Buffer other(size);
    copy_bytes(other.bytes(), kept);
    buffer_ = std::move(other);
  } else if (!kept.empty()) {
    std::memmove(buffer_.data(), kept.data(), kept.size());
  }
  end_ -= begin_;
  begin_ = 0;
}

void FrameReader::consume(size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

}  // namespace firn::net

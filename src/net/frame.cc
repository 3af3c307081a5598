// The rpc head of frames; see frame.h.
#include "net/frame.h"

#include "base/assert.h"
#include "base/endian.h"
#include "codec/crc32c.h"
#include "model/wire.h"

namespace firn::net {

namespace {

// Offsets of the fixed part. Magic and version keep their places in all versions; the checksum covers what
// follows it.
constexpr size_t kMagicAt = 0;
constexpr size_t kVersionAt = 4;
constexpr size_t kCrcAt = 8;
constexpr size_t kCheckedAt = 12;
constexpr size_t kKindAt = 12;
constexpr size_t kOpcodeAt = 14;
constexpr size_t kStatusAt = 16;
constexpr size_t kCreditsAt = 18;
constexpr size_t kCallNumberAt = 24;
constexpr size_t kClientAt = 32;
constexpr size_t kSequenceAt = 40;
constexpr size_t kCompletedAt = 48;
constexpr size_t kTimeAt = 56;
static_assert(kTimeAt + sizeof(int64_t) == kFrameFixedBytes);

constexpr uint32_t kMagic = 0x43505246;  // "FRPC"
constexpr size_t kErrorTextBytesMax = 16384;

uint32_t head_crc(ByteView head) { return crc32c(head.subspan(kCheckedAt)); }

std::string cut(std::string_view text) { return std::string(text.substr(0, kErrorTextBytesMax)); }

}  // namespace

std::string encode_frame(const Frame& frame) {
  std::string head;
  head.reserve(kFrameFixedBytes + frame.body.size());
  head.resize(kFrameFixedBytes);
  head.append(frame.body);
  write_frame(head, frame);
  return head;
}

void write_frame(std::string& head, const Frame& frame) {
  FIRN_ASSERT(head.size() >= kFrameFixedBytes);
  char* const at = head.data();
  store_little(at + kMagicAt, kMagic);
  store_little(at + kVersionAt, uint32_t{kProtocolVersion});
  store_little(at + kKindAt, static_cast<uint16_t>(frame.kind));
  store_little(at + kOpcodeAt, frame.opcode);
  store_little(at + kStatusAt, frame.status);
  store_little(at + kCreditsAt, frame.credits);
  store_little(at + kCallNumberAt, frame.call_number.value);
  store_little(at + kClientAt, frame.request.client.value);
  store_little(at + kSequenceAt, frame.request.sequence.value);
  store_little(at + kCompletedAt, frame.completed_below.value);
  store_little(at + kTimeAt, static_cast<int64_t>(frame.time.count()));
  store_little(at + kCrcAt, head_crc(as_bytes(head)));
}

Result<Frame> decode_frame(ByteView head) {
  if (head.size() < kCrcAt) return fail(Code::corrupt, "a frame is too short").on("bytes", head.size());
  const std::byte* const at = head.data();
  if (load_little<uint32_t>(at + kMagicAt) != kMagic)
    return fail(Code::corrupt, "a frame has no magic number");
  if (const auto version = load_little<uint32_t>(at + kVersionAt); version != kProtocolVersion) {
    return fail(Code::version, "the peer speaks another version of the protocol")
        .on("theirs", version)
        .on("ours", kProtocolVersion)
        .remedy("use clients and servers of the same release");
  }
  if (head.size() < kFrameFixedBytes)
    return fail(Code::corrupt, "a frame is too short").on("bytes", head.size());
  if (load_little<uint32_t>(at + kCrcAt) != head_crc(head)) {
    return fail(Code::corrupt, "a frame's checksum does not match");
  }
  const auto kind = load_little<uint8_t>(at + kKindAt);
  if (kind < static_cast<uint8_t>(FrameKind::request) || kind > static_cast<uint8_t>(FrameKind::refusal)) {
    return fail(Code::corrupt, "a frame is of an unknown kind").on("kind", kind);
  }
  return Frame{.kind = static_cast<FrameKind>(kind),
               .opcode = load_little<uint16_t>(at + kOpcodeAt),
               .status = load_little<uint16_t>(at + kStatusAt),
               .credits = load_little<uint16_t>(at + kCreditsAt),
               .call_number = CallNumber(load_little<uint64_t>(at + kCallNumberAt)),
               .request = {ClientId(load_little<uint64_t>(at + kClientAt)),
                           RequestSequence(load_little<uint64_t>(at + kSequenceAt))},
               .completed_below = RequestSequence(load_little<uint64_t>(at + kCompletedAt)),
               .time = Duration(load_little<int64_t>(at + kTimeAt)),
               .body = as_text(head.subspan(kFrameFixedBytes))};
}

std::string encode_error_frame(FrameKind kind, CallNumber call_number, const Error& error) {
  const std::string body = encode(ErrorMessage{error.code(), cut(error.message()), cut(error.remedy())});
  return encode_frame({.kind = kind,
                       .status = static_cast<uint16_t>(error.code()),
                       .call_number = call_number,
                       .body = body});
}

Error error_of(const Frame& frame) {
  auto message = decode<ErrorMessage>(frame.body);
  if (!message)
    return fail(Code::corrupt, "the peer sent an error that cannot be decoded")
        .because(std::move(message).error());
  Error error = fail(message->code, std::move(message->message));
  if (message->remedy.empty()) return error;
  return std::move(error).remedy(std::move(message->remedy));
}

}  // namespace firn::net

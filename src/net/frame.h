// Frame: what rpc puts into the head of every frame of a channel: a fixed part that says which call this
// belongs to, then the encoded message, or the encoded error, or nothing. The payload of the frame is the
// call's bulk data and is not described here. Layout: docs/formats/messages.md.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/strong.h"
#include "base/time.h"
#include "model/ids.h"

namespace firn::net {

// Of frames, messages and the preambles of transports. A peer that speaks another one is told so and left.
constexpr uint16_t kProtocolVersion = 1;

// One attempt of a call: chosen by the client, unique in its lifetime; the reply repeats it. 0: no call.
using CallNumber = Strong<struct CallNumberTag, uint64_t>;

enum class FrameKind : uint8_t {
  request = 1,
  reply = 2,
  busy = 3,     // the request was not looked at: send it again after `time`
  cancel = 4,   // the client waits no longer for the request of this identity
  refusal = 5,  // the sender cannot talk to this peer and closes the channel; an error, as in a reply
};

struct Frame {
  FrameKind kind = FrameKind::request;
  uint16_t opcode = 0;       // request
  uint16_t status = 0;       // reply, refusal: 0, or the Code of the error that is the body
  uint16_t credits = 0;      // reply, busy: calls the client may have in progress on the channel; 0: not said
  CallNumber call_number{};  // all but cancel and refusal
  RequestId request{};       // request, cancel
  RequestSequence completed_below{};  // request: the client has ended all below, and sends none again
  Duration time{};                    // request: how long the client still waits; busy: when to ask again
  std::string_view body{};  // request, reply: the encoded message; an encoded ErrorMessage if status != 0
};

constexpr size_t kFrameFixedBytes = 64;

// The head to send. Fixed part + body may be above kFrameHeadBytesMax: the caller looks.
std::string encode_frame(const Frame& frame);
// The same in place: `head` is kFrameFixedBytes, written here, and behind them the body; frame.body is
// ignored.
void write_frame(std::string& head, const Frame& frame);
// `body` of the result points into `head`. Code::version: the peer speaks another protocol; Code::corrupt:
// these bytes are no frame, or were damaged on the way.
Result<Frame> decode_frame(ByteView head);

// An error on its way to the peer.
struct ErrorMessage {
  Code code{};
  std::string message;  // the chain of causes in one line
  std::string remedy;
  static void fields(auto& self, auto&& visit) {
    visit("code", self.code);
    visit("message", self.message);
    visit("remedy", self.remedy);
  }
};

// The frame of an error: `kind` is reply or refusal.
std::string encode_error_frame(FrameKind kind, CallNumber call_number, const Error& error);
// The error in a frame whose status is not 0.
Error error_of(const Frame& frame);

}  // namespace firn::net

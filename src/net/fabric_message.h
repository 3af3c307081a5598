// Messages of a fabric channel, as bytes: a frame that fits one message, the offer of a larger one, and the
// receiver's word that it has read it, or its announcement and its pieces. And the plan of what to read
// where. Pure functions on bytes from the network: nothing in them is believed. docs/formats/messages.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace firn::net {

// A message with everything in it, at most. Larger frames are offered and read, or come in pieces.
constexpr size_t kFabricMessageBytesMax = 16256;
constexpr size_t kFabricHeadBytes = 40;
constexpr size_t kFabricPieceBytesMax = kFabricMessageBytesMax - kFabricHeadBytes;
constexpr size_t kFabricPartBytes = 24;
constexpr size_t kFabricPartsMax = 17;  // of an offer: the frame's head, and its payload

enum class FabricMessageKind : uint8_t {
  frame = 1,  // head and payload follow
  offer = 2,  // parts follow, and the head, if that is not the first part
  done = 3,   // the frame that was offered has been read, or is not wanted: its memory is free
  begin = 4,  // pieces follow, and nothing else until all of this frame has come
  piece = 5,  // bytes of the frame: first its head, then its payload
};

// A piece of the sender's memory, for reading.
struct FabricPart {
  uint64_t address = 0;
  uint64_t key = 0;
  uint64_t bytes = 0;
};

struct FabricMessage {
  FabricMessageKind kind = FabricMessageKind::frame;
  uint32_t channel = 0;  // the receiver's
  uint64_t token = 0;    // the receiver's
  uint32_t offer = 0;    // offer, done: the sender's number for it
  uint32_t head_bytes = 0;
  uint32_t payload_bytes = 0;
  std::vector<FabricPart> parts{};  // offer
  ByteView head{};                  // frame, offer; empty in an offer: the first part holds it
  ByteView payload{};               // frame, piece
};

// Channel and token of whatever claims to be a message, without looking further.
struct FabricDestination {
  uint32_t channel = 0;
  uint64_t token = 0;
};
Result<FabricDestination> fabric_destination(ByteView bytes);

// Whether a frame of these sizes fits one message.
bool fits_fabric_message(size_t head_bytes, size_t payload_bytes);
// Whether an offer with so many parts has room for its head.
bool fits_fabric_offer(size_t head_bytes, size_t parts);

// Writes the message without `payload`, which the caller puts behind it; gives the bytes written. It fits.
size_t encode_fabric_message(const FabricMessage& message, MutableBytes target);
// Views of the result point into `bytes`. Code::corrupt.
Result<FabricMessage> decode_fabric_message(ByteView bytes);

// One read: so many bytes from there to here.
struct FabricRead {
  MutableBytes target;
  uint64_t address = 0;
  uint64_t key = 0;
};
// What brings the bytes of `parts`, in order, to `targets`, in pieces of at most `bytes_max`. Both have the
// same total.
std::vector<FabricRead> plan_fabric_reads(std::span<const FabricPart> parts,
                                          std::span<const MutableBytes> targets, size_t bytes_max);

}  // namespace firn::net

// Bytes from the network: frame heads, preambles and every message. Each decoder refuses them, or gives a
// value that encodes to bytes that decode to the same value again; and printing never fails. The input's
// first byte chooses.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/crc32c.h"
#include "model/access_messages.h"
#include "model/attribute_messages.h"
#include "model/control_messages.h"
#include "model/metrics_messages.h"
#include "model/object_messages.h"
#include "model/wire.h"
#include "net/fabric_hello.h"
#include "net/fabric_message.h"
#include "net/fabric_pieces.h"
#include "net/frame.h"
#include "net/tcp_frame.h"

namespace {

using namespace firn;

void check(bool condition) {
  if (!condition) std::abort();
}

template <class Message>
void try_message(std::string_view input) {
  const auto message = decode<Message>(input);
  if (!message) return;
  (void)print(*message);
  const std::string encoded = encode(*message);
  const auto again = decode<Message>(encoded);
  check(again.has_value());
  check(encode(*again) == encoded);
}

void try_frame(std::string_view input) {
  const auto frame = net::decode_frame(as_bytes(input));
  if (!frame) return;
  check(frame->body.size() + net::kFrameFixedBytes == input.size());
  const std::string encoded = net::encode_frame(*frame);
  const auto again = net::decode_frame(as_bytes(encoded));
  check(again.has_value());
  check(again->kind == frame->kind && again->request == frame->request && again->body == frame->body);
  if (frame->status != 0) (void)net::error_of(*frame).message();
}

// The checksum would stop nearly all inputs: here it is made to match.
void try_frame_with_good_checksum(std::string_view input) {
  constexpr size_t kCrcAt = 8;
  std::string head(input);
  if (head.size() >= net::kFrameFixedBytes) {
    store_little(head.data() + kCrcAt, crc32c(as_bytes(head).subspan(kCrcAt + 4)));
  }
  try_frame(head);
}

void try_preamble(std::string_view input) {
  if (input.size() < net::Preamble::kBytes) return;
  (void)net::Preamble::decode(as_bytes(input).first<net::Preamble::kBytes>());
}

// Buckets come from a peer, too.
void try_histogram(std::string_view input) {
  if (const auto counts = decode<HistogramCounts>(input)) (void)histogram_of(*counts).quantile(0.5);
}

void try_contact(std::string_view input) { (void)net::decode_contact(as_bytes(input)); }

// What decodes can be planned to be read, and encodes to the same bytes up to a frame's payload.
void try_fabric_message(std::string_view input) {
  const auto message = net::decode_fabric_message(as_bytes(input));
  if (!message || input.size() > net::kFabricMessageBytesMax) return;
  std::vector<std::byte> encoded(net::kFabricMessageBytesMax);
  const size_t size = net::encode_fabric_message(*message, encoded);
  check(size + message->payload.size() == input.size());
  check(net::decode_fabric_message(as_bytes(input))->parts.size() == message->parts.size());
  if (message->kind != net::FabricMessageKind::offer || message->payload_bytes > (1 << 20)) return;
  uint64_t bytes = 0;
  for (const net::FabricPart& part : message->parts) bytes += part.bytes;
  std::vector<std::byte> target(bytes);
  const MutableBytes targets[] = {MutableBytes(target).first(bytes / 3),
                                  MutableBytes(target).subspan(bytes / 3)};
  for (const net::FabricRead& read : net::plan_fabric_reads(message->parts, targets, 5000))
    bytes -= read.target.size();
  check(bytes == 0);
}

// A frame of which the input says the lengths, in pieces of which it says the sizes.
void try_fabric_pieces(std::string_view input) {
  struct Receiver final : net::FabricFrameOwner {
    std::vector<MutableBytes> place(ByteView, size_t bytes) override {
      payload.resize(bytes);
      return {MutableBytes(payload).first(bytes / 2), MutableBytes(payload).subspan(bytes / 2)};
    }
    void arrived(ByteView, size_t bytes) override { check(bytes == payload.size()); }
    std::vector<std::byte> payload;
  } receiver;
  if (input.size() < 2 || input[0] == 0) return;
  net::FabricAssembly assembly(receiver);
  assembly.begin(static_cast<uint8_t>(input[0]), static_cast<uint8_t>(input[1]) * size_t{16});
  for (input.remove_prefix(2); !input.empty();) {
    const size_t bytes = std::min<size_t>(input.size(), 1 + static_cast<uint8_t>(input[0]));
    if (!assembly.take(as_bytes(input.substr(0, bytes)))) break;
    input.remove_prefix(bytes);
  }
}

using Try = void (*)(std::string_view);
template <class... Messages>
constexpr std::array<Try, sizeof...(Messages)> kTryMessages{try_message<Messages>...};

constexpr auto kMessages =
    kTryMessages<UpdateRequest, PunchRequest, ChangeReply, FetchRequest, FetchReply, ListRequest, ListReply,
                 QueryRequest, QueryReply, SystemQueryRequest, SystemQueryReply, PoolInfo, PoolCreateRequest,
                 PoolListRequest, PoolListReply, PoolQueryRequest, PoolDestroyRequest, PoolConnectRequest,
                 PoolConnectReply, ContainerInfo, ContainerCreateRequest, ContainerListRequest,
                 ContainerListReply, ContainerQueryRequest, ContainerDestroyRequest,
                 ContainerSetPropertiesRequest, AllocateOidsRequest, AllocateOidsReply, Empty,
                 net::ErrorMessage, MetricsReply, SlowRequestsReply, net::FabricContact, AttributeSetRequest,
                 AttributeGetRequest, AttributeGetReply, AttributeListRequest, AttributeListReply,
                 AttributeDeleteRequest, ContainerOpenRequest, ContainerOpenReply, AccessChangeRequest>;
constexpr std::array<Try, 7> kOthers{
    try_frame,   try_frame_with_good_checksum, try_preamble,     try_histogram,
    try_contact, try_fabric_message,           try_fabric_pieces};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t choice = data[0] % (kMessages.size() + kOthers.size());
  (choice < kMessages.size() ? kMessages[choice] : kOthers[choice - kMessages.size()])(input);
  return 0;
}

// The hello of a fabric channel; see fabric_hello.h.
#include "net/fabric_hello.h"

#include <array>
#include <vector>

#include "base/endian.h"
#include "model/wire.h"
#include "net/frame.h"
#include "net/tcp_frame.h"

namespace firn::net {

namespace {

constexpr size_t kHelloBytesMax = 64 << 10;  // a refusal's text is the longest

}  // namespace

std::string encode_contact(const FabricContact& contact) {
  const std::string body = encode(contact);
  return encode_frame({.kind = FrameKind::reply, .body = body});
}

Result<FabricContact> decode_contact(ByteView frame) {
  FIRN_TRY(const Frame decoded, decode_frame(frame));
  if (decoded.status != 0) return error_of(decoded);
  if (decoded.kind != FrameKind::reply) return fail(Code::corrupt, "this is no hello of a fabric channel");
  FIRN_TRY(FabricContact contact, decode<FabricContact>(decoded.body));
  if (contact.address.empty() || contact.address.size() > kFabricAddressBytesMax) {
    return fail(Code::corrupt, "a fabric address has an impossible length")
        .on("bytes", contact.address.size());
  }
  return contact;
}

Task<Result<void>> send_hello(Socket* socket, std::string frame) {
  const auto lengths = frame_lengths(frame.size(), 0);
  const ByteView parts[] = {lengths, as_bytes(frame)};
  co_return co_await socket->send_all(parts);
}

Task<Result<FabricContact>> receive_hello(Socket* socket) {
  std::array<std::byte, kFrameLengthsBytes> lengths{};
  FIRN_CO_CHECK(co_await socket->receive_all(lengths));
  const auto head_bytes = load_little<uint32_t>(lengths.data());
  const auto payload_bytes = load_little<uint32_t>(lengths.data() + 4);
  if (head_bytes == 0 || head_bytes > kHelloBytesMax || payload_bytes != 0) {
    co_return fail(Code::corrupt, "the hello of a fabric channel has impossible lengths")
        .on("bytes", head_bytes);
  }
  std::vector<std::byte> frame(head_bytes);
  FIRN_CO_CHECK(co_await socket->receive_all(frame));
  co_return decode_contact(frame);
}

}  // namespace firn::net

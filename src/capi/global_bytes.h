// The bytes that stand for a handle in other processes: a message of the codec behind a head with its kind
// (Bytes::kKind) and checksum.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include <daos_errno.h>
#include <daos_types.h>

#include "base/error.h"
#include "codec/crc32c.h"
#include "model/wire.h"

namespace firn::capi {

// Before the encoded bytes.
struct GlobalHead {
  static constexpr uint32_t kMagic = 0x6e726946;  // "Firn"
  uint32_t magic = kMagic;
  uint32_t kind = 0;
  uint32_t bytes = 0;
  uint32_t checksum = 0;
};

// As the local2global() functions do: with no buffer only the size is told. compat: limits, global handles.
template <class Bytes>
int put_out(const Bytes& bytes, d_iov_t& glob) {
  const std::string encoded = encode(bytes);
  const size_t size = sizeof(GlobalHead) + encoded.size();
  const size_t room = glob.iov_buf == nullptr ? 0 : glob.iov_buf_len;
  glob.iov_buf_len = size;
  if (glob.iov_buf == nullptr) return 0;
  if (room < size) return -DER_TRUNC;
  const GlobalHead head{.kind = static_cast<uint32_t>(Bytes::kKind),
                        .bytes = static_cast<uint32_t>(encoded.size()),
                        .checksum = crc32c(as_bytes(encoded))};
  std::memcpy(glob.iov_buf, &head, sizeof head);
  std::memcpy(static_cast<char*>(glob.iov_buf) + sizeof head, encoded.data(), encoded.size());
  glob.iov_buf_len = room;
  glob.iov_len = size;
  return 0;
}

// Code::invalid: these are not such bytes, or have changed.
template <class Bytes>
Result<Bytes> take_in(const d_iov_t& glob) {
  const size_t room = std::max<size_t>(glob.iov_len, glob.iov_buf_len);
  GlobalHead head{};
  if (glob.iov_buf == nullptr || room < sizeof head) return fail(Code::invalid, "the bytes are no handle");
  std::memcpy(&head, glob.iov_buf, sizeof head);
  const bool right = head.magic == GlobalHead::kMagic && head.kind == static_cast<uint32_t>(Bytes::kKind) &&
                     head.bytes <= room - sizeof head;
  if (!right) return fail(Code::invalid, "the bytes are no handle of this kind");
  const std::string_view encoded(static_cast<const char*>(glob.iov_buf) + sizeof head, head.bytes);
  if (crc32c(as_bytes(encoded)) != head.checksum)
    return fail(Code::invalid, "the bytes of a handle have changed");
  return decode<Bytes>(encoded);
}

}  // namespace firn::capi

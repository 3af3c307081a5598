// Keys and sizes of object I/O; see io.h.
#include "model/io.h"

#include "base/endian.h"

namespace firn {

Key uint64_key(uint64_t value) {
  Key key(8, '\0');
  store_big(key.data(), value);
  return key;
}

uint64_t uint64_from_key(std::string_view key) { return load_big<uint64_t>(key.data()); }

uint64_t UpdateItem::data_bytes() const {
  if (punch) return 0;
  if (kind == ValueKind::single) return record_bytes;
  uint64_t records = 0;
  for (const Recx& recx : recxs) records += recx.count;
  return records * record_bytes;
}

std::string ObjectId::text() const {
  constexpr char kDigits[] = "0123456789abcdef";
  auto append_hex = [](std::string& out, uint64_t value) {
    bool started = false;
    for (int shift = 60; shift >= 0; shift -= 4) {
      const auto digit = (value >> shift) & 15;
      started = started || digit != 0 || shift == 0;
      if (started) out += kDigits[digit];
    }
  };
  std::string out;
  append_hex(out, hi);
  out += '.';
  append_hex(out, lo);
  return out;
}

}  // namespace firn

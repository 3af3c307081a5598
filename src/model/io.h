// The vocabulary of object I/O, shared by messages, store and client.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "model/epoch.h"
#include "model/ids.h"

namespace firn {

// A key's bytes. A uint64 key is its 8 bytes big endian (so that bytes sort like numbers); see uint64_key().
using Key = std::string;
Key uint64_key(uint64_t value);
// Precondition: key.size() == 8.
uint64_t uint64_from_key(std::string_view key);

// A run of records [start, start + count).
struct Recx {
  uint64_t start = 0;
  uint64_t count = 0;
  uint64_t end() const { return start + count; }
  friend auto operator<=>(const Recx&, const Recx&) = default;
};

enum class ValueKind : uint8_t { single = 0, array = 1 };

// Conditions of an operation (bits as in the DAOS API); all hold or nothing happens.
enum class Condition : uint32_t {
  none = 0,
  punch = 1,        // punch: what is punched exists, else not_found
  dkey_insert = 2,  // the dkey does not exist, else exists
  dkey_update = 4,  // the dkey exists, else not_found
  dkey_fetch = 8,
  akey_insert = 16,  // none of the akeys exists, else exists
  akey_update = 32,  // all akeys exist, else not_found
  akey_fetch = 64,
};
constexpr Condition operator|(Condition a, Condition b) {
  return static_cast<Condition>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}
constexpr bool has(Condition set, Condition bit) {
  return (static_cast<uint32_t>(set) & static_cast<uint32_t>(bit)) != 0;
}

// One akey's part of an update. Its data follows in the payload, items and extents in order.
struct UpdateItem {
  Key akey;
  ValueKind kind = ValueKind::single;
  // single: the value's length; array: bytes per record. 0 with `punch`.
  uint64_t record_bytes = 0;
  // The value (single) or the extents (array) are punched: later reads see nothing there, but the akey still
  // exists.
  bool punch = false;
  std::vector<Recx> recxs;  // array only; must not overlap, count > 0, end < 2^63
  std::vector<uint32_t>
      checksums;  // CRC32C: single: one; array: one per piece (see pieces_of in model/pieces.h)
  // Of this akey alone: akey_insert, akey_update. Not together with those of the whole update.
  Condition conditions = Condition::none;
  uint64_t data_bytes() const;
  static void fields(auto& self, auto&& visit) {
    visit("akey", self.akey);
    visit("kind", self.kind);
    visit("record_bytes", self.record_bytes);
    visit("punch", self.punch);
    visit("recxs", self.recxs);
    visit("checksums", self.checksums);
    visit("conditions", self.conditions);
  }
};

// One akey's part of a fetch.
struct FetchItem {
  Key akey;
  ValueKind kind = ValueKind::single;
  std::vector<Recx> recxs;  // array only
  uint64_t capacity_bytes =
      0;  // single: a longer value is not sent (its length is); 0 asks for the length only
  Condition conditions = Condition::none;  // of this akey alone: akey_fetch
  static void fields(auto& self, auto&& visit) {
    visit("akey", self.akey);
    visit("kind", self.kind);
    visit("recxs", self.recxs);
    visit("capacity_bytes", self.capacity_bytes);
    visit("conditions", self.conditions);
  }
};

// A stretch of records that are there, with the CRC32C of their bytes.
struct FetchedExtent {
  Recx recx;
  uint32_t checksum = 0;
};

// What a fetch found for one akey. Payload: the value, or the extents' bytes one after the other.
struct FetchedItem {
  // single: the value's length; array: bytes per record; 0: nothing is there.
  uint64_t record_bytes = 0;
  bool sent = false;      // single: the value is in the payload
  uint32_t checksum = 0;  // single
  std::vector<FetchedExtent>
      extents;  // array: ascending within each requested recx, in the order of the request
  static void fields(auto& self, auto&& visit) {
    visit("record_bytes", self.record_bytes);
    visit("sent", self.sent);
    visit("checksum", self.checksum);
    visit("extents", self.extents);
  }
};

}  // namespace firn

// StoreRecord: one entry of a store, a value or a punch, as it moves between stores: Store::diff gives it,
// Store::apply takes it, messages carry it. Plain data.
#pragma once

#include <cstdint>

#include "model/epoch.h"
#include "model/ids.h"
#include "model/io.h"

namespace firn::vos {

// Which object in which placement group.
struct ObjectRef {
  PgIndex pg;
  ContainerId container;
  ObjectId object;
  friend auto operator<=>(const ObjectRef&, const ObjectRef&) = default;
};

enum class EntryKind : uint8_t { object_punch, dkey_punch, akey_punch, single, hole, piece };

struct StoreRecord {
  ObjectRef object;
  EntryKind kind = EntryKind::object_punch;
  bool punched = false;  // single, piece; a hole always is
  Key dkey;              // all but object_punch
  Key akey;              // akey_punch, single, hole, piece
  uint64_t start = 0;    // hole, piece
  uint64_t count = 0;    // records of a hole or piece; single: 1; else 0
  // single: the value's length, 0 if punched; piece: bytes per record; hole: likewise, 0 if not known.
  uint64_t record_bytes = 0;
  uint32_t checksum = 0;  // CRC32C of the data
  Epoch epoch;
  RequestId request;  // of the change it is part of; sequence 0: not known

  // Of its data in the payload that goes with it.
  uint64_t data_bytes() const { return punched ? 0 : record_bytes * count; }
  static void fields(auto& self, auto&& visit) {
    visit("pg", self.object.pg);
    visit("container", self.object.container);
    visit("object", self.object.object);
    visit("kind", self.kind);
    visit("punched", self.punched);
    visit("dkey", self.dkey);
    visit("akey", self.akey);
    visit("start", self.start);
    visit("count", self.count);
    visit("record_bytes", self.record_bytes);
    visit("checksum", self.checksum);
    visit("epoch", self.epoch);
    visit("request", self.request);
  }
};

}  // namespace firn::vos

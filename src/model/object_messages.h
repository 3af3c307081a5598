// Messages between a client and the target that owns a placement group. The request's identity (RequestId)
// and deadline are in the rpc header. Data of updates and fetches is the call's bulk payload.
#pragma once

#include <optional>
#include <vector>

#include "model/io.h"

namespace firn {

// What every object request names; the target refuses (Code::stale) if it does not own `pg` at `map_version`.
struct ObjectAddress {
  PoolId pool;
  MapVersion map_version;
  ContainerId container;
  ObjectId object;
  PgIndex pg;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("map_version", self.map_version);
    visit("container", self.container);
    visit("object", self.object);
    visit("pg", self.pg);
  }
};

struct ChangeReply {
  Epoch epoch;  // of the change
  static void fields(auto& self, auto&& visit) { visit("epoch", self.epoch); }
};

struct UpdateRequest {
  static constexpr uint16_t kOpcode = 1;
  static constexpr const char* kName = "update";
  using Reply = ChangeReply;
  ObjectAddress address;
  Key dkey;
  Condition conditions = Condition::none;
  std::vector<UpdateItem> items;
  static void fields(auto& self, auto&& visit) {
    visit("address", self.address);
    visit("dkey", self.dkey);
    visit("conditions", self.conditions);
    visit("items", self.items);
  }
};

struct PunchRequest {
  static constexpr uint16_t kOpcode = 2;
  static constexpr const char* kName = "punch";
  using Reply = ChangeReply;
  ObjectAddress address;
  std::optional<Key> dkey;  // none: the whole object (this group's part)
  std::vector<Key> akeys;   // none: the whole dkey
  Condition conditions = Condition::none;
  Epoch unchanged_since = kEpochMax;  // as in vos::Punch
  static void fields(auto& self, auto&& visit) {
    visit("address", self.address);
    visit("dkey", self.dkey);
    visit("akeys", self.akeys);
    visit("conditions", self.conditions);
    visit("unchanged_since", self.unchanged_since);
  }
};

struct FetchReply {
  Epoch epoch;
  std::vector<FetchedItem> items;
  static void fields(auto& self, auto&& visit) {
    visit("epoch", self.epoch);
    visit("items", self.items);
  }
};

struct FetchRequest {
  static constexpr uint16_t kOpcode = 3;
  static constexpr const char* kName = "fetch";
  using Reply = FetchReply;
  ObjectAddress address;
  Key dkey;
  Condition conditions = Condition::none;
  Epoch epoch = kEpochMax;
  std::vector<FetchItem> items;
  static void fields(auto& self, auto&& visit) {
    visit("address", self.address);
    visit("dkey", self.dkey);
    visit("conditions", self.conditions);
    visit("epoch", self.epoch);
    visit("items", self.items);
  }
};

struct ListEntryExtent {
  Recx recx;
  Epoch epoch;
  static void fields(auto& self, auto&& visit) {
    visit("recx", self.recx);
    visit("epoch", self.epoch);
  }
};

struct ListReply {
  std::vector<Key> keys;
  std::vector<ObjectId> objects;
  std::vector<ListEntryExtent> extents;
  uint64_t record_bytes = 0;
  bool end = false;
  static void fields(auto& self, auto&& visit) {
    visit("keys", self.keys);
    visit("objects", self.objects);
    visit("extents", self.extents);
    visit("record_bytes", self.record_bytes);
    visit("end", self.end);
  }
};

struct ListRequest {
  static constexpr uint16_t kOpcode = 4;
  static constexpr const char* kName = "list";
  using Reply = ListReply;
  ObjectAddress address;
  uint8_t level = 1;  // vos::ListLevel
  Key dkey;
  Key akey;
  Epoch epoch = kEpochMax;
  std::optional<Key> after;
  std::optional<uint64_t> from_record;
  uint32_t entries_max = 0;
  static void fields(auto& self, auto&& visit) {
    visit("address", self.address);
    visit("level", self.level);
    visit("dkey", self.dkey);
    visit("akey", self.akey);
    visit("epoch", self.epoch);
    visit("after", self.after);
    visit("from_record", self.from_record);
    visit("entries_max", self.entries_max);
  }
};

struct QueryReply {
  bool found = false;
  Key dkey;
  Key akey;
  Recx recx;
  uint64_t record_bytes = 0;
  Epoch newest;
  static void fields(auto& self, auto&& visit) {
    visit("found", self.found);
    visit("dkey", self.dkey);
    visit("akey", self.akey);
    visit("recx", self.recx);
    visit("record_bytes", self.record_bytes);
    visit("newest", self.newest);
  }
};

struct QueryRequest {
  static constexpr uint16_t kOpcode = 5;
  static constexpr const char* kName = "query";
  using Reply = QueryReply;
  ObjectAddress address;
  bool largest = true;
  bool find_dkey = false;
  bool find_akey = false;
  bool find_recx = false;
  bool find_newest = false;
  Key dkey;
  Key akey;
  Epoch epoch = kEpochMax;
  static void fields(auto& self, auto&& visit) {
    visit("address", self.address);
    visit("largest", self.largest);
    visit("find_dkey", self.find_dkey);
    visit("find_akey", self.find_akey);
    visit("find_recx", self.find_recx);
    visit("find_newest", self.find_newest);
    visit("dkey", self.dkey);
    visit("akey", self.akey);
    visit("epoch", self.epoch);
  }
};

}  // namespace firn

// What the control room keeps in the MetaStore: records, their keys and their encoding
// (docs/formats/system.md).
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "model/attribute_messages.h"
#include "model/control_messages.h"
#include "model/ids.h"
#include "model/pool_map.h"
#include "model/wire.h"

namespace firn::control {

// Made once, when the system first starts.
struct SystemRecord {
  static constexpr uint16_t kVersion = 1;
  Uuid system;
  WallTime created;
  static void fields(auto& self, auto&& visit) {
    visit("system", self.system);
    visit("created_ns", self.created.ns);
  }
};

// How far a pool or container has come. Only `ready` ones are seen by users. What is found in another state
// when the control service starts was interrupted by a crash: it is removed.
enum class RecordState : uint8_t { creating = 0, ready = 1, destroying = 2 };

struct PoolRecord {
  static constexpr uint16_t kVersion = 1;
  PoolId id;
  std::string label;
  WallTime created;
  RecordState state = RecordState::creating;
  uint64_t capacity_bytes_per_target = 0;
  uint32_t target_count = 0;
  uint32_t pg_count = 0;
  std::vector<Property> properties;
  static void fields(auto& self, auto&& visit) {
    visit("id", self.id);
    visit("label", self.label);
    visit("created_ns", self.created.ns);
    visit("state", self.state);
    visit("capacity_bytes_per_target", self.capacity_bytes_per_target);
    visit("target_count", self.target_count);
    visit("pg_count", self.pg_count);
    visit("properties", self.properties);
  }
};

struct ContainerRecord {
  static constexpr uint16_t kVersion = 1;
  ContainerId id;
  PoolId pool;
  std::string label;  // empty: it has none
  WallTime created;
  RecordState state = RecordState::ready;
  std::vector<Property> properties;
  static void fields(auto& self, auto&& visit) {
    visit("id", self.id);
    visit("pool", self.pool);
    visit("label", self.label);
    visit("created_ns", self.created.ns);
    visit("state", self.state);
    visit("properties", self.properties);
  }
};

// Which pool or container has a label.
struct LabelRecord {
  static constexpr uint16_t kVersion = 1;
  Uuid id;
  static void fields(auto& self, auto&& visit) { visit("id", self.id); }
};

struct PoolMapRecord {
  static constexpr uint16_t kVersion = 1;
  PoolMap map;
  static void fields(auto& self, auto&& visit) { visit("map", self.map); }
};

// The object numbers of a container below `next` are given out, or were reserved by a service that is gone.
struct OidRecord {
  static constexpr uint16_t kVersion = 1;
  uint64_t next = 1;
  static void fields(auto& self, auto&& visit) { visit("next", self.next); }
};

// The attributes of a pool or container, by name.
struct AttributesRecord {
  static constexpr uint16_t kVersion = 1;
  std::vector<Attribute> attributes;
  static void fields(auto& self, auto&& visit) { visit("attributes", self.attributes); }
};

// A change that was made, and what was answered: a repeat of the request gets the same answer.
struct RequestRecord {
  static constexpr uint16_t kVersion = 1;
  uint16_t opcode = 0;
  WallTime answered;
  std::string reply;
  static void fields(auto& self, auto&& visit) {
    visit("opcode", self.opcode);
    visit("answered_ns", self.answered.ns);
    visit("reply", self.reply);
  }
};

namespace keys {
std::string system();
std::string pools();  // prefix of all pool()
std::string pool(PoolId pool);
std::string pool_label(std::string_view label);
std::string pool_map(PoolId pool);
std::string containers(PoolId pool);  // prefix of all container()
std::string container(PoolId pool, ContainerId container);
std::string container_labels(PoolId pool);  // prefix of all container_label()
std::string container_label(PoolId pool, std::string_view label);
std::string oids_of_pool(PoolId pool);  // prefix of all oids()
std::string oids(PoolId pool, ContainerId container);
std::string attributes_of_pool(PoolId pool);      // prefix of all attributes(), those of containers too
std::string attributes(PoolId pool, Uuid owner);  // the owner: the pool itself or a container
std::string requests();                           // prefix of all requests_of()
std::string requests_of(ClientId client);         // prefix of all request()
std::string request(RequestId request);
}  // namespace keys

// A record's bytes: its version as u16, then its fields.
template <class Record>
std::string encode_record(const Record& record) {
  std::string bytes;
  encode_to(bytes, Record::kVersion);
  encode_to(bytes, record);
  return bytes;
}

// Code::version if a later version wrote it in a way that this one cannot read, Code::corrupt if it is no
// such record. `key` is for the message.
template <class Record>
Result<Record> decode_record(std::string_view bytes, std::string_view key) {
  const auto explained = [&](Error error) {
    return fail(error.code(), "a metadata record cannot be read").on("key", key).because(std::move(error));
  };
  auto version = decode_from<uint16_t>(bytes);
  if (!version) return explained(std::move(version).error());
  if (*version != Record::kVersion) {
    return explained(
        fail(Code::version, "it has a version that this program does not know").on("version", *version));
  }
  auto record = decode<Record>(bytes);
  if (!record) return explained(std::move(record).error());
  return record;
}

// What users are told of a record.
PoolInfo info_of(const PoolRecord& record);
ContainerInfo info_of(const ContainerRecord& record);

}  // namespace firn::control

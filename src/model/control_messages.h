// Messages between a client and the control service: the system, its pools and containers. Pools and
// containers are named by label or by UUID text; containers within their pool.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/access.h"
#include "model/epoch.h"
#include "model/ids.h"
#include "model/io.h"
#include "model/pool_map.h"

namespace firn {

// Names and values as in model/properties.h.
struct Property {
  std::string name;
  std::string value;
  static void fields(auto& self, auto&& visit) {
    visit("name", self.name);
    visit("value", self.value);
  }
};

struct Empty {
  static void fields(auto&, auto&&) {}
};

struct EngineInfo {
  Rank rank;
  std::string uri;
  uint32_t target_count = 0;
  static void fields(auto& self, auto&& visit) {
    visit("rank", self.rank);
    visit("uri", self.uri);
    visit("target_count", self.target_count);
  }
};

struct SystemQueryReply {
  Uuid system;
  std::string version;
  std::vector<EngineInfo> engines;
  static void fields(auto& self, auto&& visit) {
    visit("system", self.system);
    visit("version", self.version);
    visit("engines", self.engines);
  }
};

struct SystemQueryRequest {
  static constexpr uint16_t kOpcode = 100;
  static constexpr const char* kName = "system query";
  using Reply = SystemQueryReply;
  static void fields(auto&, auto&&) {}
};

struct PoolInfo {
  PoolId id;
  std::string label;
  WallTime created;
  uint32_t target_count = 0;
  uint32_t pg_count = 0;
  uint64_t capacity_bytes = 0;
  uint64_t free_bytes = 0;  // filled by a query, not by a list
  uint64_t container_count = 0;
  std::vector<Property> properties;
  static void fields(auto& self, auto&& visit) {
    visit("id", self.id);
    visit("label", self.label);
    visit("created_ns", self.created.ns);
    visit("target_count", self.target_count);
    visit("pg_count", self.pg_count);
    visit("capacity_bytes", self.capacity_bytes);
    visit("free_bytes", self.free_bytes);
    visit("container_count", self.container_count);
    visit("properties", self.properties);
  }
};

struct PoolCreateRequest {
  static constexpr uint16_t kOpcode = 101;
  static constexpr const char* kName = "pool create";
  using Reply = PoolInfo;
  std::string label;
  uint64_t capacity_bytes = 0;  // over all targets; 0: the free space of the host's disk (sparse files)
  uint32_t pg_count = 0;        // 0: the default
  std::vector<Property> properties;
  static void fields(auto& self, auto&& visit) {
    visit("label", self.label);
    visit("capacity_bytes", self.capacity_bytes);
    visit("pg_count", self.pg_count);
    visit("properties", self.properties);
  }
};

struct PoolListReply {
  std::vector<PoolInfo> pools;  // by label
  static void fields(auto& self, auto&& visit) { visit("pools", self.pools); }
};

struct PoolListRequest {
  static constexpr uint16_t kOpcode = 102;
  static constexpr const char* kName = "pool list";
  using Reply = PoolListReply;
  static void fields(auto&, auto&&) {}
};

struct PoolQueryRequest {
  static constexpr uint16_t kOpcode = 103;
  static constexpr const char* kName = "pool query";
  using Reply = PoolInfo;
  std::string pool;
  static void fields(auto& self, auto&& visit) { visit("pool", self.pool); }
};

struct PoolDestroyRequest {
  static constexpr uint16_t kOpcode = 104;
  static constexpr const char* kName = "pool destroy";
  using Reply = Empty;
  std::string pool;
  bool recursive = false;  // with its containers; else Code::not_empty if it has any
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("recursive", self.recursive);
  }
};

struct PoolConnectReply {
  PoolMap map;
  std::string label;
  // Where clients on this engine's host reach it through shared memory ("shm://…"); empty: nowhere.
  std::string local_uri;
  Rights rights = right::kAll;  // what the caller may do
  static void fields(auto& self, auto&& visit) {
    visit("map", self.map);
    visit("label", self.label);
    visit("local_uri", self.local_uri);
    visit("rights", self.rights);
  }
};

// Code::permission if the pool's list does not allow the credential to. Without one: an administrator.
struct PoolConnectRequest {
  static constexpr uint16_t kOpcode = 105;
  static constexpr const char* kName = "pool connect";
  using Reply = PoolConnectReply;
  std::string pool;
  bool write = false;
  std::optional<Credential> credential{};
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("write", self.write);
    visit("credential", self.credential);
  }
};

struct ContainerInfo {
  ContainerId id;
  std::string label;
  WallTime created;
  std::vector<Property> properties;
  static void fields(auto& self, auto&& visit) {
    visit("id", self.id);
    visit("label", self.label);
    visit("created_ns", self.created.ns);
    visit("properties", self.properties);
  }
};

struct ContainerCreateRequest {
  static constexpr uint16_t kOpcode = 110;
  static constexpr const char* kName = "container create";
  using Reply = ContainerInfo;
  std::string pool;
  std::string label;
  std::vector<Property> properties;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("label", self.label);
    visit("properties", self.properties);
  }
};

struct ContainerListReply {
  std::vector<ContainerInfo> containers;  // by label
  static void fields(auto& self, auto&& visit) { visit("containers", self.containers); }
};

struct ContainerListRequest {
  static constexpr uint16_t kOpcode = 111;
  static constexpr const char* kName = "container list";
  using Reply = ContainerListReply;
  std::string pool;
  static void fields(auto& self, auto&& visit) { visit("pool", self.pool); }
};

struct ContainerQueryRequest {
  static constexpr uint16_t kOpcode = 112;
  static constexpr const char* kName = "container query";
  using Reply = ContainerInfo;
  std::string pool;
  std::string container;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
  }
};

// Code::permission if neither the pool's nor the container's list allows the credential to.
struct ContainerDestroyRequest {
  static constexpr uint16_t kOpcode = 113;
  static constexpr const char* kName = "container destroy";
  using Reply = Empty;
  std::string pool;
  std::string container;
  std::optional<Credential> credential{};
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("credential", self.credential);
  }
};

// Sets the given properties, keeps the others.
struct ContainerSetPropertiesRequest {
  static constexpr uint16_t kOpcode = 114;
  static constexpr const char* kName = "container set properties";
  using Reply = ContainerInfo;
  std::string pool;
  std::string container;
  std::vector<Property> properties;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("properties", self.properties);
  }
};

struct AllocateOidsReply {
  uint64_t first = 0;  // first … first + count - 1 are the caller's, never given out again
  static void fields(auto& self, auto&& visit) { visit("first", self.first); }
};

struct AllocateOidsRequest {
  static constexpr uint16_t kOpcode = 115;
  static constexpr const char* kName = "allocate object ids";
  using Reply = AllocateOidsReply;
  PoolId pool;
  ContainerId container;
  uint64_t count = 1;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("count", self.count);
  }
};

}  // namespace firn

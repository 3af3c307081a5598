// Access control of pools and containers: lists of entries that say who may do what, as DAOS has them
// (NFSv4-like). As text an entry is "TYPES:FLAGS:PRINCIPAL:PERMISSIONS", "A:G:readers@:rt", and a list is
// entries with commas between. Pure functions; numbers are those of the DAOS API.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace firn {

// Bits of Rights.
namespace right {
constexpr uint64_t kRead = 1 << 0;   // of a pool: connect and query
constexpr uint64_t kWrite = 1 << 1;  // of a pool: create and delete containers
constexpr uint64_t kCreateContainer = 1 << 2;
constexpr uint64_t kDelete = 1 << 3;
constexpr uint64_t kGetProperties = 1 << 4;
constexpr uint64_t kSetProperties = 1 << 5;
constexpr uint64_t kGetAccess = 1 << 6;
constexpr uint64_t kSetAccess = 1 << 7;
constexpr uint64_t kSetOwner = 1 << 8;
constexpr uint64_t kAll = (1 << 9) - 1;
constexpr uint64_t kPool = kRead | kWrite | kCreateContainer | kDelete | kGetProperties;
constexpr uint64_t kContainer = kAll & ~kCreateContainer;
}  // namespace right
using Rights = uint64_t;

// Lists have their entries in this order.
enum class PrincipalType : uint8_t { owner = 0, user = 1, owner_group = 2, group = 3, everyone = 4 };

struct AccessEntry {
  static constexpr uint32_t kTypeAllow = 1;
  static constexpr uint32_t kFlagGroup = 1;

  uint32_t types = kTypeAllow;  // allow 1, audit 2, alarm 4; only allow has an effect
  uint32_t flags = 0;           // group 1, pool inherit 2, failure 4, success 8
  PrincipalType principal = PrincipalType::everyone;
  std::string name{};  // of a user or group: "name@" or "name@domain"
  Rights rights = 0;
};
using AccessList = std::vector<AccessEntry>;

// Who asks, as the asking side says: "alice@", and the groups "staff@", the main one first.
struct Credential {
  std::string user;
  std::vector<std::string> groups;
  static void fields(auto& self, auto&& visit) {
    visit("user", self.user);
    visit("groups", self.groups);
  }
};

constexpr size_t kAccessListBytesMax = 65536;
constexpr size_t kPrincipalBytesMax = 255;

// "name@" or "name@domain", without control characters, colons and commas.
bool is_principal_name(std::string_view name);

// Code::invalid for what is none.
Result<AccessEntry> parse_access_entry(std::string_view text);
std::string access_entry_text(const AccessEntry& entry);

// In canonical order. Code::invalid if a text is no entry, a principal has two, or rights are given that are
// not among `possible`; too_big.
Result<AccessList> parse_access_list(std::string_view text, Rights possible = right::kAll);
std::string access_list_text(const AccessList& list);

// `list` with the entries of `changes` added, or put in the place of those of the same principals.
AccessList updated_access_list(AccessList list, const AccessList& changes);
// Takes the principal's entry away: "OWNER@", "GROUP@", "EVERYONE@", "u:name@" or "g:name@". Code::not_found.
Result<AccessList> without_principal(AccessList list, std::string_view principal);

// Whose a pool or container is.
struct Ownership {
  std::string_view owner;
  std::string_view group;
};
// What a list allows somebody. Of several entries that fit the nearest decides: owner, user, all groups
// together, everyone.
Rights rights_of(const AccessList& list, const Ownership& of, const Credential& who);
// What follows from it: in pools, reading and writing are names for several rights.
Rights pool_rights(const AccessList& list, const Ownership& of, const Credential& who);
// Nobody can lock an owner out of the list.
Rights container_rights(const AccessList& list, const Ownership& of, const Credential& who);

// Of what is made without a list.
constexpr std::string_view kPoolAccessDefault = "A::OWNER@:rw,A:G:GROUP@:rw";
constexpr std::string_view kContainerAccessDefault = "A::OWNER@:rwdtTaAo,A:G:GROUP@:rwtT";

}  // namespace firn

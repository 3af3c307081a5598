// Object ids and classes: what the upper 32 bits of an object id say, and the names of classes. Numbers are
// DAOS's (facts: object id, object types, object classes).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/ids.h"

namespace firn {

enum class ObjectType : uint8_t {
  multi_hashed = 0,
  oit = 1,
  dkey_uint64 = 2,
  akey_uint64 = 3,
  multi_uint64 = 4,
  dkey_lexical = 5,
  akey_lexical = 6,
  multi_lexical = 7,
  kv_hashed = 8,
  kv_uint64 = 9,
  kv_lexical = 10,
  array = 11,
  array_attr = 12,
  array_byte = 13,
  oit_v2 = 14,
};

bool has_uint64_dkey(ObjectType type);
bool is_array(ObjectType type);

constexpr uint32_t kOrdinalUnprotected = 1;  // S1 … SX
constexpr uint32_t kGroupCountAll = 0xffff;  // "X": as many groups as targets when the object is made

constexpr ObjectClassId object_class(uint32_t ordinal, uint32_t group_count) {
  return ObjectClassId{ordinal << 24 | group_count};
}
constexpr ObjectClassId kClassS1 = object_class(kOrdinalUnprotected, 1);
constexpr ObjectClassId kClassSX = object_class(kOrdinalUnprotected, kGroupCountAll);

// "S1", "S4", "SX"; other ordinals: nullopt in this version, so that callers answer "not supported".
std::optional<ObjectClassId> class_from_name(std::string_view name);
std::string class_name(ObjectClassId id);

// The object's id: user bits (lo and the low 32 bits of hi) plus type and class. A class with X groups gets
// min(target_count, 0xfffe) groups. Preconditions: user.hi < 2^32, class id >= 1 << 24, target_count > 0.
ObjectId make_object_id(ObjectId user, ObjectType type, ObjectClassId object_class, uint32_t target_count);

ObjectType object_type(ObjectId id);
// With the actual group count.
ObjectClassId object_class(ObjectId id);
// Redundancy groups; at least 1.
uint32_t group_count(ObjectId id);

}  // namespace firn

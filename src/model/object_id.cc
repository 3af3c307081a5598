// Object ids and classes; see object_id.h.
#include "model/object_id.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"

namespace firn {

bool has_uint64_dkey(ObjectType type) {
  return type == ObjectType::dkey_uint64 || type == ObjectType::multi_uint64 ||
         type == ObjectType::kv_uint64 || is_array(type);
}

bool is_array(ObjectType type) {
  return type == ObjectType::array || type == ObjectType::array_attr || type == ObjectType::array_byte;
}

std::optional<ObjectClassId> class_from_name(std::string_view name) {
  if (!name.starts_with('S') || name.size() < 2) return std::nullopt;
  if (name == "SX") return kClassSX;
  uint32_t groups = 0;
  const char* const end = name.data() + name.size();
  const auto [parsed, error] = std::from_chars(name.data() + 1, end, groups);
  if (error != std::errc{} || parsed != end || groups == 0 || groups >= kGroupCountAll) return std::nullopt;
  return object_class(kOrdinalUnprotected, groups);
}

std::string class_name(ObjectClassId id) {
  const uint32_t ordinal = id.value >> 24;
  const uint32_t groups = id.value & 0xffff;
  if (ordinal != kOrdinalUnprotected) return "class-" + std::to_string(id.value);
  return groups == kGroupCountAll ? "SX" : "S" + std::to_string(groups);
}

ObjectId make_object_id(ObjectId user, ObjectType type, ObjectClassId object_class, uint32_t target_count) {
  FIRN_ASSERT(user.hi >> 32 == 0);
  FIRN_ASSERT(object_class.value >= 1u << 24);
  FIRN_ASSERT(target_count > 0);
  uint64_t groups = object_class.value & 0xffff;
  if (groups == kGroupCountAll) groups = std::min(target_count, kGroupCountAll - 1);
  const uint64_t upper =
      uint64_t{static_cast<uint8_t>(type)} << 24 | uint64_t{object_class.value >> 24} << 16 | groups;
  return ObjectId{user.hi | upper << 32, user.lo};
}

ObjectType object_type(ObjectId id) { return static_cast<ObjectType>(id.hi >> 56); }

ObjectClassId object_class(ObjectId id) {
  return object_class(static_cast<uint32_t>(id.hi >> 48) & 0xff, static_cast<uint32_t>(id.hi >> 32) & 0xffff);
}

uint32_t group_count(ObjectId id) { return std::max(static_cast<uint32_t>(id.hi >> 32) & 0xffff, 1u); }

}  // namespace firn

// Values of the C API as ours, and back.
#pragma once

#include <cstring>
#include <optional>

#include <daos_obj.h>
#include <daos_types.h>

#include "base/endian.h"
#include "base/uuid.h"
#include "model/io.h"
#include "model/object_id.h"

namespace firn::capi {

inline void copy_uuid(uuid_t target, const Uuid& source) { std::memcpy(target, source.bytes.data(), 16); }

inline ObjectId object_id_of(daos_obj_id_t id) { return {.hi = id.hi, .lo = id.lo}; }
inline daos_obj_id_t daos_id_of(ObjectId id) { return {.lo = id.lo, .hi = id.hi}; }

// Keys that are numbers are 8 bytes in the host's order there, and sort as bytes here.
enum class KeyForm : uint8_t { bytes, number };
inline KeyForm dkey_form(ObjectId id) {
  return daos_is_dkey_uint64(daos_id_of(id)) ? KeyForm::number : KeyForm::bytes;
}
inline KeyForm akey_form(ObjectId id) {
  return daos_is_akey_uint64(daos_id_of(id)) ? KeyForm::number : KeyForm::bytes;
}

// Nothing if it is none: no bytes, or no number where there has to be one.
inline std::optional<Key> key_of(const daos_key_t* key, KeyForm form) {
  if (key == nullptr || key->iov_buf == nullptr || key->iov_len == 0) return std::nullopt;
  if (form == KeyForm::bytes) return Key(static_cast<const char*>(key->iov_buf), key->iov_len);
  uint64_t number = 0;
  if (key->iov_len != sizeof number) return std::nullopt;
  std::memcpy(&number, key->iov_buf, sizeof number);
  return uint64_key(number);
}

// The key's bytes as the caller knows them, in its place.
inline Key caller_key(Key key, KeyForm form) {
  if (form == KeyForm::number && key.size() == sizeof(uint64_t)) {
    const uint64_t number = uint64_from_key(key);
    std::memcpy(key.data(), &number, sizeof number);
  }
  return key;
}

}  // namespace firn::capi

// HandleTable: the cookies of the C API. A cookie is slot (28 bits), generation (32 bits) and kind (the low 4
// bits, with DAOS's numbers); all three are checked, so a handle that is stale, of another kind or garbage is
// no handle. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <daos_types.h>

namespace firn::capi {

enum class HandleKind : uint8_t {
  none = 0,
  queue = DAOS_HTYPE_EQ,
  pool = DAOS_HTYPE_POOL,
  container = DAOS_HTYPE_CO,
  object = DAOS_HTYPE_OBJ,
  array = DAOS_HTYPE_ARRAY,
  transaction = DAOS_HTYPE_TX,
  kv = DAOS_HTYPE_KV,
};

// What a cookie says of itself, true or not.
HandleKind claimed_kind(daos_handle_t handle);

class HandleTable {
 public:
  // T::kKind is its kind. What it points to lives until it is removed and nobody uses it any more. An invalid
  // handle if there are too many.
  template <class T>
  daos_handle_t add(std::shared_ptr<T> target) {
    return add(T::kKind, std::move(target));
  }
  // nullptr: no such handle.
  template <class T>
  std::shared_ptr<T> find(daos_handle_t handle) {
    return std::static_pointer_cast<T>(find(handle, T::kKind));
  }
  // Takes the handle away; nullptr: no such handle.
  template <class T>
  std::shared_ptr<T> remove(daos_handle_t handle) {
    return std::static_pointer_cast<T>(remove(handle, T::kKind));
  }
  // Takes all away. They are not given out again.
  void clear();

 private:
  struct Slot {
    uint32_t generation = 0;
    HandleKind kind = HandleKind::none;  // none: free
    std::shared_ptr<void> target;
  };

  daos_handle_t add(HandleKind kind, std::shared_ptr<void> target);
  std::shared_ptr<void> find(daos_handle_t handle, HandleKind kind);
  std::shared_ptr<void> remove(daos_handle_t handle, HandleKind kind);
  Slot* slot_of(daos_handle_t handle, HandleKind kind);
  void free_slot(size_t index);

  std::mutex mutex_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace firn::capi

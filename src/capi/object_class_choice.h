// The class of a new object, and its place in the object's id: what daos_obj_generate_oid() decides without
// asking.
#pragma once

#include <daos_obj.h>

namespace firn::capi {

// What the choice depends on.
struct ClassWish {
  daos_otype_t type = DAOS_OT_MULTI_HASHED;
  daos_oclass_id_t wanted = OC_UNKNOWN;  // a class, or OC_UNKNOWN: by hints and the container's redundancy
  daos_oclass_hints_t hints = 0;         // DAOS_OCH_ bits
  uint32_t redundancy_factor = 0;        // the container's: losses that its objects survive
  uint32_t domains = 1;                  // fault domains at the container's level
  uint32_t targets = 1;
};

// An explicit class with a known number of groups. -DER_INVAL: there is no such class, it survives less than
// the container promises, or the pool has not enough fault domains for it. Compat facts: automatic class
// selection.
int choose_object_class(const ClassWish& wish, daos_oclass_id_t& chosen);

// Members of a group of the class: copies, or data and parity. 0: it is no explicit class.
uint32_t group_size_of(daos_oclass_id_t id);

// Puts type and explicit class into the upper half of id.hi; its lower half and lo stay.
void set_object_class(daos_obj_id_t& id, daos_otype_t type, daos_oclass_id_t object_class);

}  // namespace firn::capi

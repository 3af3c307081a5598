// What the calls on objects, arrays and KV objects have in common.
#pragma once

#include <daos_cont.h>
#include <daos_obj.h>

#include "capi/call.h"
#include "client/object.h"

namespace firn::capi {

inline constexpr unsigned kWriteModes = DAOS_OO_RW | DAOS_OO_EXCL;

// An object in a lane, and what it needs there.
struct OpenObject {
  std::shared_ptr<client::Container> container;
  client::Object object;
};
Result<OpenObject> open_in(Lane& lane, const ObjectHandle& handle);

// Transactions are not there yet: any handle but DAOS_TX_NONE is none.
inline bool no_transaction(daos_handle_t th) { return th.cookie == 0; }

// 0 if it is the id of an object that this version can have, as daos_obj_generate_oid() makes them.
int check_object_id(ObjectId id);

// `mode` as an object's in that container: without its own, the container's. Negative if the container does
// not allow it.
int object_mode(const ContainerHandle& container, unsigned mode, unsigned& result);

// What a handle of the object in that container stands for. Negative, and nothing changed but the mode, if
// one of the two above refuses.
int describe_object(std::shared_ptr<ContainerHandle> container, ObjectId id, unsigned mode,
                    ObjectHandle& object);

}  // namespace firn::capi

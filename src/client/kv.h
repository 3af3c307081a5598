// Kv: an object as a flat map from keys to values (dkey = key, akey "0", single value): the DAOS KV layout.
#pragma once

#include "client/object.h"

namespace firn::client {

class Kv {
 public:
  explicit Kv(Object object) : object_(object) {}
  // Conditions: dkey_insert (key must be new), dkey_update (must exist).
  Task<Result<void>> put(Key key, ByteView value, Condition conditions = Condition::none);
  Task<Result<std::optional<std::string>>> get(Key key);
  Task<Result<void>> remove(Key key, Condition conditions = Condition::none);
  Task<Result<std::vector<Key>>> list(ListAnchor& anchor, uint32_t entries_max = 1024);

 private:
  Object object_;
};

}  // namespace firn::client

// Requests to one object of one group, and what tests say of results.
#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/assert.h"
#include "base/error.h"
#include "codec/crc32c.h"
#include "model/object_id.h"
#include "model/object_messages.h"
#include "model/pool_map.h"
#include "placement/placement.h"

namespace firn::engine {

// The value; the message as a failure of the test, and the end, if there is none.
template <class T>
T ok(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message();
    assert_failed("a result that the test needs is an error", __FILE__, __LINE__);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code{} : result.error().code();
}

// Requests to one object of one group.
class TestObject {
 public:
  TestObject(PoolMap map, ContainerId container, uint64_t number)
      : map_(std::move(map)),
        container_(container),
        id_(make_object_id({0, number}, ObjectType::multi_hashed, kClassS1, 1)) {}

  ObjectAddress address() const {
    return {map_.pool, map_.version, container_, id_, placement::pg_of(id_, 0, map_.pg_count())};
  }
  uint32_t target() const { return map_.targets[map_.primary(address().pg).value].engine_target; }

  UpdateRequest update(Key dkey, Key akey, std::string_view value) const {
    UpdateRequest request;
    request.address = address();
    request.dkey = std::move(dkey);
    UpdateItem& item = request.items.emplace_back();
    item.akey = std::move(akey);
    item.record_bytes = value.size();
    item.checksums = {crc32c(as_bytes(value))};
    return request;
  }
  FetchRequest fetch(Key dkey, Key akey) const {
    FetchRequest request;
    request.address = address();
    request.dkey = std::move(dkey);
    FetchItem& item = request.items.emplace_back();
    item.akey = std::move(akey);
    item.capacity_bytes = 1 << 20;
    return request;
  }
  PunchRequest punch_dkey(Key dkey) const {
    PunchRequest request;
    request.address = address();
    request.dkey = std::move(dkey);
    return request;
  }
  ListRequest list_dkeys() const {
    ListRequest request;
    request.address = address();
    return request;
  }
  QueryRequest largest_dkey() const {
    QueryRequest request;
    request.address = address();
    request.find_dkey = true;
    return request;
  }

 private:
  PoolMap map_;
  ContainerId container_;
  ObjectId id_;
};

}  // namespace firn::engine

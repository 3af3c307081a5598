// RunningTable: the requests being handled, by identity. The requests carry their own links, so that nothing
// is allocated for one. Belongs to its server's thread.
#pragma once

#include <array>
#include <cstddef>

#include "base/assert.h"
#include "model/ids.h"

namespace firn::net {

// Request has `RequestId id`, which does not change while it is in the table, and `Request* next_running`,
// the table's.
template <class Request>
class RunningTable {
 public:
  // nullptr if there is none.
  Request* find(RequestId id) const {
    Request* request = buckets_[bucket_of(id)];
    while (request != nullptr && request->id != id) request = request->next_running;
    return request;
  }
  // None of this identity is there.
  void insert(Request& request) {
    Request*& first = buckets_[bucket_of(request.id)];
    request.next_running = first;
    first = &request;
  }
  // It is there.
  void erase(Request& request) {
    Request** link = &buckets_[bucket_of(request.id)];
    while (*link != &request) {
      FIRN_ASSERT(*link != nullptr);
      link = &(*link)->next_running;
    }
    *link = request.next_running;
  }

 private:
  // Sequences of a client follow one another: they spread by themselves. As many requests as a server handles
  // at a time (RpcServerOptions::calls_max) make chains of 8, or one of them all if clients want it so.
  static constexpr size_t kBuckets = 512;
  static size_t bucket_of(RequestId id) { return (id.client.value ^ id.sequence.value) % kBuckets; }

  std::array<Request*, kBuckets> buckets_{};
};

}  // namespace firn::net

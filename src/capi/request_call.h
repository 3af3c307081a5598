// Calls that are one request to the control service, and want nothing of its reply but that it is there.
#pragma once

#include <memory>
#include <source_location>
#include <utility>

#include "capi/call.h"
#include "capi/handles.h"
#include "client/client.h"

namespace firn::capi {

template <class Request>
Task<Result<int>> send_request(Lane* lane, std::shared_ptr<PoolHandle> pool, Request request) {
  FIRN_CO_TRY(client::Client* const client, lane->client(pool->system));
  FIRN_CO_CHECK(co_await client->ask(std::move(request)));
  co_return 0;
}

// To the system of `pool`. The end as perform() tells it.
template <class Request>
int perform_request(daos_event_t* event, std::shared_ptr<PoolHandle> pool, Request request,
                    std::source_location call = std::source_location::current()) {
  return perform(
      event,
      [pool = std::move(pool), request = std::move(request)](Lane& lane) {
        return send_request(&lane, pool, request);
      },
      call);
}

}  // namespace firn::capi

// Requests that took long; see slow_requests.h.
#include "engine/slow_requests.h"

#include <utility>

#include <fmt/format.h>

#include "net/rpc_server.h"

namespace firn::engine {

namespace {

constexpr Duration kLogPause = 1s;

uint64_t nanoseconds(Duration duration) { return static_cast<uint64_t>(duration.count()); }
double milliseconds(uint64_t ns) { return static_cast<double>(ns) / 1e6; }

}  // namespace

void SlowRequests::keep(const net::EndedCall& ended) {
  if (kept_.size() == kKeptMax) kept_.pop_front();
  SlowRequest& request = kept_.emplace_back();
  request.ended = runtime_.wall_time();
  request.operation = ended.name;
  request.peer = ended.channel.peer();
  request.request = ended.call.request_id;
  if (const auto& subject = ended.call.subject) {
    request.pool = subject->pool;
    request.container = subject->container;
    request.object = subject->object;
  }
  request.outcome = ended.outcome;
  request.received_bytes = ended.received_bytes;
  request.sent_bytes = ended.sent_bytes;
  request.receive_ns = nanoseconds(ended.arrived - ended.begun);
  request.handle_ns = nanoseconds(ended.handled - ended.arrived);
  request.answer_ns = nanoseconds(ended.answered - ended.handled);
  request.waits = ended.call.waits;
  count_++;
  log(request);
}

void SlowRequests::log(const SlowRequest& request) {
  const MonotonicTime now = runtime_.now();
  if (now < next_log_) {
    unlogged_++;
    return;
  }
  next_log_ = now + kLogPause;
  runtime_.log().warning(fmt::format(
      "slow request operation={} total_ms={:.1f} receive_ms={:.1f} handle_ms={:.1f} room_ms={:.1f} "
      "pages_ms={:.1f} data_ms={:.1f} log_ms={:.1f} answer_ms={:.1f} peer={} client={:x} object={} pool={} "
      "others_before={}",
      request.operation, milliseconds(request.total_ns()), milliseconds(request.receive_ns),
      milliseconds(request.handle_ns), milliseconds(request.waits.room_ns),
      milliseconds(request.waits.pages_ns), milliseconds(request.waits.data_ns),
      milliseconds(request.waits.log_ns), milliseconds(request.answer_ns), request.peer,
      request.request.client.value, request.object.text(), request.pool.uuid.text(),
      std::exchange(unlogged_, 0)));
}

SlowRequestsReply SlowRequests::describe() const {
  return {.threshold_ns = nanoseconds(threshold_), .requests = {kept_.begin(), kept_.end()}};
}

}  // namespace firn::engine

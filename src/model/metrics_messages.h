// Messages about what a service (a target, or the control service) has done since it was started: counts, and
// the requests that took long. Every service answers them.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/histogram.h"
#include "base/time.h"
#include "model/ids.h"
#include "model/io.h"
#include "model/store_waits.h"

namespace firn {

struct BucketCount {
  uint32_t bucket = 0;  // of base/histogram.h
  uint64_t count = 0;
  static void fields(auto& self, auto&& visit) {
    visit("bucket", self.bucket);
    visit("count", self.count);
  }
};

// A histogram: the buckets that are not empty.
struct HistogramCounts {
  uint64_t sum = 0;
  uint64_t max = 0;
  std::vector<BucketCount> buckets;
  static void fields(auto& self, auto&& visit) {
    visit("sum", self.sum);
    visit("max", self.max);
    visit("buckets", self.buckets);
  }
};
HistogramCounts counts_of(const Histogram& histogram);
// Buckets that do not exist are left out.
Histogram histogram_of(const HistogramCounts& counts);

struct ErrorCount {
  Code code{};
  uint64_t count = 0;
  static void fields(auto& self, auto&& visit) {
    visit("code", self.code);
    visit("count", self.count);
  }
};

// What became of the requests of one kind.
struct OperationCounts {
  PoolId pool;  // nil: all pools, or none
  std::string operation;
  uint64_t received_bytes = 0;  // messages and payload
  uint64_t sent_bytes = 0;
  std::vector<ErrorCount> errors;  // ascending by code
  HistogramCounts latency_ns;      // of all that ended, errors included
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("operation", self.operation);
    visit("received_bytes", self.received_bytes);
    visit("sent_bytes", self.sent_bytes);
    visit("errors", self.errors);
    visit("latency_ns", self.latency_ns);
  }
};

// What came over a service's connections.
struct ChannelCounts {
  uint64_t channels = 0;              // open now
  uint64_t channels_accepted = 0;     // so far
  uint64_t channels_turned_away = 0;  // at once, because there were too many
  uint64_t channels_refused = 0;      // because of what they sent
  uint64_t channels_stalled = 0;      // closed because their peer took no answers
  uint64_t requests_in_progress = 0;
  uint64_t payload_bytes_in_progress = 0;
  uint64_t received_bytes = 0;  // of frames
  uint64_t sent_bytes = 0;
  uint64_t busy_answers = 0;  // requests that found no room
  uint64_t repeats = 0;       // requests that were being handled when they came again
  uint64_t late = 0;          // requests that came when their client no longer waited
  uint64_t canceled = 0;      // requests whose client stopped waiting while they were handled
  static void fields(auto& self, auto&& visit) {
    visit("channels", self.channels);
    visit("channels_accepted", self.channels_accepted);
    visit("channels_turned_away", self.channels_turned_away);
    visit("channels_refused", self.channels_refused);
    visit("channels_stalled", self.channels_stalled);
    visit("requests_in_progress", self.requests_in_progress);
    visit("payload_bytes_in_progress", self.payload_bytes_in_progress);
    visit("received_bytes", self.received_bytes);
    visit("sent_bytes", self.sent_bytes);
    visit("busy_answers", self.busy_answers);
    visit("repeats", self.repeats);
    visit("late", self.late);
    visit("canceled", self.canceled);
  }
};

// One pool's store on the target; see vos/store.h.
struct StoreCounts {
  PoolId pool;
  bool open = false;  // false: it could not be opened, and nothing else is known
  uint64_t space_bytes = 0;
  uint64_t free_bytes = 0;
  uint64_t reserve_bytes = 0;
  uint64_t value_bytes = 0;  // stored, older versions included
  uint64_t entries = 0;
  uint64_t index_pages = 0;
  uint64_t cache_pages = 0;
  uint64_t cache_dirty_pages = 0;
  uint64_t cache_lookups = 0;
  uint64_t cache_misses = 0;
  uint64_t log_bytes = 0;
  uint64_t checkpoints = 0;
  uint64_t aggregated_entries = 0;
  uint64_t removals_pending = 0;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("open", self.open);
    visit("space_bytes", self.space_bytes);
    visit("free_bytes", self.free_bytes);
    visit("reserve_bytes", self.reserve_bytes);
    visit("value_bytes", self.value_bytes);
    visit("entries", self.entries);
    visit("index_pages", self.index_pages);
    visit("cache_pages", self.cache_pages);
    visit("cache_dirty_pages", self.cache_dirty_pages);
    visit("cache_lookups", self.cache_lookups);
    visit("cache_misses", self.cache_misses);
    visit("log_bytes", self.log_bytes);
    visit("checkpoints", self.checkpoints);
    visit("aggregated_entries", self.aggregated_entries);
    visit("removals_pending", self.removals_pending);
  }
};

struct MetricsReply {
  uint64_t uptime_ns = 0;
  uint64_t slow_requests = 0;  // so far
  ChannelCounts channels;
  std::vector<OperationCounts> operations;  // by pool and name
  std::vector<StoreCounts> stores;          // by pool
  static void fields(auto& self, auto&& visit) {
    visit("uptime_ns", self.uptime_ns);
    visit("slow_requests", self.slow_requests);
    visit("channels", self.channels);
    visit("operations", self.operations);
    visit("stores", self.stores);
  }
};

struct MetricsRequest {
  static constexpr uint16_t kOpcode = 50;
  static constexpr const char* kName = "metrics";
  using Reply = MetricsReply;
  static void fields(auto&, auto&&) {}
};

// A request that took longer than the service's threshold, and where the time went.
struct SlowRequest {
  WallTime ended;
  std::string operation;
  std::string peer;
  RequestId request;
  PoolId pool;  // this and the next two: nil if it was not about an object
  ContainerId container;
  ObjectId object;
  Code outcome{};  // 0: no error
  uint64_t received_bytes = 0;
  uint64_t sent_bytes = 0;
  uint64_t receive_ns = 0;  // until all of its payload was there
  uint64_t handle_ns = 0;   // in the handler: store and devices
  uint64_t answer_ns = 0;   // until the transport had taken the answer
  StoreWaits waits;         // parts of handle_ns
  uint64_t total_ns() const { return receive_ns + handle_ns + answer_ns; }
  static void fields(auto& self, auto&& visit) {
    visit("ended_ns", self.ended.ns);
    visit("operation", self.operation);
    visit("peer", self.peer);
    visit("request", self.request);
    visit("pool", self.pool);
    visit("container", self.container);
    visit("object", self.object);
    visit("outcome", self.outcome);
    visit("received_bytes", self.received_bytes);
    visit("sent_bytes", self.sent_bytes);
    visit("receive_ns", self.receive_ns);
    visit("handle_ns", self.handle_ns);
    visit("answer_ns", self.answer_ns);
    visit("waits", self.waits);
  }
};

struct SlowRequestsReply {
  uint64_t threshold_ns = 0;
  std::vector<SlowRequest> requests;  // the latest, oldest first
  static void fields(auto& self, auto&& visit) {
    visit("threshold_ns", self.threshold_ns);
    visit("requests", self.requests);
  }
};

struct SlowRequestsRequest {
  static constexpr uint16_t kOpcode = 51;
  static constexpr const char* kName = "slow requests";
  using Reply = SlowRequestsReply;
  static void fields(auto&, auto&&) {}
};

}  // namespace firn

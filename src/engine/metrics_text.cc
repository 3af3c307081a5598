// An engine's figures as text; see metrics_text.h.
#include "engine/metrics_text.h"

#include <algorithm>
#include <vector>

#include "engine/text_families.h"

namespace firn::engine {

namespace {

template <class Counts>
struct Field {
  TextFamily family;
  uint64_t Counts::* value;
};

constexpr Field<ChannelCounts> kChannelFields[] = {
    {{"firn_connections", "gauge", "Connections of clients that are open."}, &ChannelCounts::channels},
    {{"firn_connections_accepted_total", "counter", "Connections accepted."},
     &ChannelCounts::channels_accepted},
    {{"firn_connections_turned_away_total", "counter", "Connections closed at once: too many were open."},
     &ChannelCounts::channels_turned_away},
    {{"firn_connections_refused_total", "counter", "Connections closed because of what they sent."},
     &ChannelCounts::channels_refused},
    {{"firn_connections_stalled_total", "counter", "Connections closed because their peer took no answers."},
     &ChannelCounts::channels_stalled},
    {{"firn_network_received_bytes_total", "counter", "Bytes of frames received."},
     &ChannelCounts::received_bytes},
    {{"firn_network_sent_bytes_total", "counter", "Bytes of frames sent."}, &ChannelCounts::sent_bytes},
    {{"firn_requests_in_progress", "gauge", "Requests being received, handled or answered."},
     &ChannelCounts::requests_in_progress},
    {{"firn_requests_in_progress_bytes", "gauge", "Payload of these in memory."},
     &ChannelCounts::payload_bytes_in_progress},
    {{"firn_requests_busy_total", "counter", "Requests answered BUSY, for lack of room; clients try again."},
     &ChannelCounts::busy_answers},
    {{"firn_requests_repeated_total", "counter", "Requests that came again while they were being handled."},
     &ChannelCounts::repeats},
    {{"firn_requests_late_total", "counter",
      "Requests dropped: their client no longer waited when they came."},
     &ChannelCounts::late},
    {{"firn_requests_canceled_total", "counter",
      "Requests whose client stopped waiting; they were not answered."},
     &ChannelCounts::canceled},
};

constexpr Field<StoreCounts> kStoreFields[] = {
    {{"firn_store_space_bytes", "gauge", "Space for data and index."}, &StoreCounts::space_bytes},
    {{"firn_store_free_bytes", "gauge", "Space that is free, now or after the next checkpoint."},
     &StoreCounts::free_bytes},
    {{"firn_store_reserve_bytes", "gauge", "Free space kept for punches, checkpoints and aggregation."},
     &StoreCounts::reserve_bytes},
    {{"firn_store_value_bytes", "gauge", "Data stored, older versions included."}, &StoreCounts::value_bytes},
    {{"firn_store_entries", "gauge", "Entries of the index, older versions and punches included."},
     &StoreCounts::entries},
    {{"firn_store_index_pages", "gauge", "Pages of the index, in memory or not."}, &StoreCounts::index_pages},
    {{"firn_store_cache_pages", "gauge", "Pages of the index in memory."}, &StoreCounts::cache_pages},
    {{"firn_store_cache_dirty_pages", "gauge", "Of these: changed since the last checkpoint, or part of it."},
     &StoreCounts::cache_dirty_pages},
    {{"firn_store_cache_lookups_total", "counter", "Pages asked for, in memory or not."},
     &StoreCounts::cache_lookups},
    {{"firn_store_cache_misses_total", "counter", "Pages read from the device."}, &StoreCounts::cache_misses},
    {{"firn_store_log_bytes", "gauge", "Log since the last checkpoint: what a restart replays."},
     &StoreCounts::log_bytes},
    {{"firn_store_checkpoints_total", "counter", "Checkpoints written."}, &StoreCounts::checkpoints},
    {{"firn_store_aggregated_entries_total", "counter", "Entries that aggregation has looked at."},
     &StoreCounts::aggregated_entries},
    {{"firn_store_removals_pending", "gauge",
      "Containers and placement groups being removed in the background."},
     &StoreCounts::removals_pending},
};

struct Service {
  std::string name;  // the target's number, or "control"
  const MetricsReply* metrics;
};

class Writer {
 public:
  Writer(const EngineMetrics& metrics, const HostFigures& host) : metrics_(metrics), host_(host) {
    for (size_t i = 0; i < metrics.targets.size(); i++) {
      if (metrics.targets[i]) services_.push_back({std::to_string(i), &*metrics.targets[i]});
    }
    services_.push_back({"control", &metrics.control});
  }

  std::string write() {
    write_host();
    write_targets();
    write_services();
    write_operations();
    write_stores();
    return text_.take();
  }

 private:
  std::string pool_name(PoolId pool) const {
    if (pool == PoolId()) return "";
    const auto found = metrics_.pool_labels.find(pool);
    return found == metrics_.pool_labels.end() ? pool.uuid.text() : found->second;
  }

  void write_host() {
    text_.begin({"firn_build_info", "gauge", "1; the version is in the label."});
    text_.add({{"version", host_.version}}, uint64_t{1});
    text_.begin({"firn_disk_free_bytes", "gauge", "Free space of the disk that holds the stores."});
    if (host_.disk_free_bytes) text_.add({}, *host_.disk_free_bytes);
    write_process(host_.process);
  }

  void write_process(const std::optional<ProcessInfo>& info) {
    const auto add = [&](TextFamily family, auto value) {
      text_.begin(family);
      if (info) text_.add({}, value);
    };
    const ProcessInfo known = info.value_or(ProcessInfo());
    add({"process_start_time_seconds", "gauge", "When the server was started, since 1970."},
        known.start_seconds);
    add({"process_cpu_seconds_total", "counter", "Time of processors used, of all threads."},
        known.cpu_seconds);
    add({"process_resident_memory_bytes", "gauge", "Memory in use."}, known.resident_bytes);
    add({"process_virtual_memory_bytes", "gauge", "Address space in use."}, known.virtual_bytes);
    add({"process_threads", "gauge", "Threads."}, known.threads);
    add({"process_open_fds", "gauge", "Open file descriptors."}, known.open_descriptors);
    add({"process_max_fds", "gauge", "File descriptors that may be open."}, known.max_descriptors);
  }

  void write_targets() {
    text_.begin({"firn_target_up", "gauge", "1: the target answers; 0: its thread hangs."});
    for (size_t i = 0; i < metrics_.targets.size(); i++) {
      text_.add({{"target", std::to_string(i)}}, uint64_t{metrics_.targets[i].has_value()});
    }
    text_.begin({"firn_pool_info", "gauge", "1; the pool's label and UUID."});
    for (const auto& [pool, label] : metrics_.pool_labels) {
      text_.add({{"pool", label}, {"uuid", pool.uuid.text()}}, uint64_t{1});
    }
  }

  void write_services() {
    text_.begin({"firn_uptime_seconds", "gauge", "How long it has been running."});
    for (const Service& of : services_) {
      text_.add({{"target", of.name}}, static_cast<double>(of.metrics->uptime_ns) / 1e9);
    }
    for (const auto& field : kChannelFields) {
      text_.begin(field.family);
      for (const Service& of : services_) text_.add({{"target", of.name}}, of.metrics->channels.*field.value);
    }
    text_.begin({"firn_slow_requests_total", "counter", "Requests that took longer than the threshold."});
    for (const Service& of : services_) text_.add({{"target", of.name}}, of.metrics->slow_requests);
  }

  template <class Write>
  void for_each_operation(Write write) {
    for (const Service& of : services_) {
      for (const OperationCounts& operation : of.metrics->operations) {
        std::string name = operation.operation;
        std::ranges::replace(name, ' ', '_');
        write(TextLabels{{"target", of.name}, {"pool", pool_name(operation.pool)}, {"op", std::move(name)}},
              operation);
      }
    }
  }

  void write_operations() {
    text_.begin({"firn_request_duration_seconds", "histogram",
                 "From the arrival of a request's head to the sending of its answer."});
    for_each_operation([&](const TextLabels& labels, const OperationCounts& of) {
      text_.add_seconds(labels, histogram_of(of.latency_ns));
    });
    text_.begin({"firn_request_errors_total", "counter", "Requests answered with an error, by its code."});
    for_each_operation([&](TextLabels labels, const OperationCounts& of) {
      labels.emplace_back("code", "");
      for (const ErrorCount& error : of.errors) {
        labels.back().second = code_name(error.code);
        text_.add(labels, error.count);
      }
    });
    text_.begin({"firn_request_received_bytes_total", "counter", "Bytes of requests and their payload."});
    for_each_operation(
        [&](const TextLabels& labels, const OperationCounts& of) { text_.add(labels, of.received_bytes); });
    text_.begin({"firn_request_sent_bytes_total", "counter", "Bytes of answers and their payload."});
    for_each_operation(
        [&](const TextLabels& labels, const OperationCounts& of) { text_.add(labels, of.sent_bytes); });
  }

  template <class Write>
  void for_each_store(Write write) {
    for (const Service& of : services_) {
      for (const StoreCounts& store : of.metrics->stores) {
        write(TextLabels{{"target", of.name}, {"pool", pool_name(store.pool)}}, store);
      }
    }
  }

  void write_stores() {
    text_.begin({"firn_store_open", "gauge", "1: it serves; 0: it could not be opened, the log says why."});
    for_each_store(
        [&](const TextLabels& labels, const StoreCounts& of) { text_.add(labels, uint64_t{of.open}); });
    for (const auto& field : kStoreFields) {
      text_.begin(field.family);
      for_each_store([&](const TextLabels& labels, const StoreCounts& of) {
        if (of.open) text_.add(labels, of.*field.value);
      });
    }
  }

  const EngineMetrics& metrics_;
  const HostFigures& host_;
  std::vector<Service> services_;
  TextFamilies text_;
};

}  // namespace

std::string metrics_text(const EngineMetrics& metrics, const HostFigures& host) {
  return Writer(metrics, host).write();
}

}  // namespace firn::engine

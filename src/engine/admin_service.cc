// The pages of the admin port; see admin_service.h.
#include "engine/admin_service.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace firn::engine {

namespace {

net::HttpAnswer unavailable(const Error& error) { return {.status = 503, .body = error.message() + "\n"}; }

double milliseconds(uint64_t ns) { return static_cast<double>(ns) / 1e6; }

nlohmann::json to_json(const std::string& target, const SlowRequest& request) {
  return {{"target", target},
          {"ended_unix_seconds", static_cast<double>(request.ended.ns) / 1e9},
          {"operation", request.operation},
          {"peer", request.peer},
          {"client", fmt::format("{:x}", request.request.client.value)},
          {"sequence", request.request.sequence.value},
          {"pool", request.pool.uuid.text()},
          {"container", request.container.uuid.text()},
          {"object", request.object.text()},
          {"outcome", request.outcome == Code{} ? "ok" : code_name(request.outcome)},
          {"received_bytes", request.received_bytes},
          {"sent_bytes", request.sent_bytes},
          {"total_ms", milliseconds(request.total_ns())},
          {"receive_ms", milliseconds(request.receive_ns)},
          {"handle_ms", milliseconds(request.handle_ns)},
          {"room_ms", milliseconds(request.waits.room_ns)},
          {"pages_ms", milliseconds(request.waits.pages_ns)},
          {"data_ms", milliseconds(request.waits.data_ns)},
          {"log_ms", milliseconds(request.waits.log_ns)},
          {"answer_ms", milliseconds(request.answer_ns)}};
}

}  // namespace

Task<net::HttpAnswer> AdminService::answer(std::string path) {
  if (path == "/metrics") co_return co_await metrics();
  if (path == "/healthz") co_return co_await health();
  if (path == "/slow") co_return co_await slow_requests();
  co_return net::HttpAnswer{.status = 404, .body = "there are /metrics, /healthz and /slow\n"};
}

Task<net::HttpAnswer> AdminService::metrics() {
  const auto metrics = co_await engine_.metrics();
  if (!metrics) co_return unavailable(metrics.error());
  co_return net::HttpAnswer{.type = "text/plain; version=0.0.4; charset=utf-8",
                            .body = metrics_text(*metrics, host_())};
}

Task<net::HttpAnswer> AdminService::health() {
  const auto metrics = co_await engine_.metrics();
  if (!metrics) co_return unavailable(metrics.error());
  net::HttpAnswer answer;
  for (size_t i = 0; i < metrics->targets.size(); i++) {
    if (!metrics->targets[i]) {
      answer.status = 503;
      answer.body += fmt::format("target {} does not answer\n", i);
      continue;
    }
    for (const StoreCounts& store : metrics->targets[i]->stores) {
      if (!store.open)
        answer.body += fmt::format("target {} could not open pool {}\n", i, store.pool.uuid.text());
    }
  }
  if (answer.body.empty()) answer.body = "ok\n";
  co_return answer;
}

Task<net::HttpAnswer> AdminService::slow_requests() {
  const EngineSlowRequests slow = co_await engine_.slow_requests();
  auto requests = nlohmann::json::array();
  for (size_t i = 0; i < slow.targets.size(); i++) {
    if (!slow.targets[i]) continue;
    for (const SlowRequest& request : slow.targets[i]->requests)
      requests.push_back(to_json(std::to_string(i), request));
  }
  for (const SlowRequest& request : slow.control.requests) requests.push_back(to_json("control", request));
  const nlohmann::json answer = {{"threshold_ms", milliseconds(slow.control.threshold_ns)},
                                 {"requests", requests}};
  // Names come from peers only as numbers and addresses, but nothing may make this fail.
  co_return net::HttpAnswer{
      .type = "application/json",
      .body = answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

}  // namespace firn::engine

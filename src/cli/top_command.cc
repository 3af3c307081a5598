// firn top: what each target does, live.
#include <algorithm>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "cli/service_rates.h"
#include "cli/services.h"
#include "runtime/sleep.h"

namespace firn::cli {

namespace {

struct TopArguments {
  bool once = false;
  double interval_s = 1;
};

using Answers = std::vector<ServiceAnswer<MetricsReply>>;

std::string quantile_text(const Histogram& latency_ns, double q) {
  if (latency_ns.count() == 0) return "-";
  const double us = static_cast<double>(latency_ns.quantile(q)) / 1e3;
  if (us < 1e3) return fmt::format("{:.0f} us", us);
  return us < 1e6 ? fmt::format("{:.1f} ms", us / 1e3) : fmt::format("{:.1f} s", us / 1e6);
}

std::string rate_text(double per_second) { return fmt::format("{:.0f}", per_second); }
std::string bytes_text(double per_second) { return human_bytes(static_cast<uint64_t>(per_second)); }

std::string space_text(const StoreCounts& stores) {
  if (stores.space_bytes == 0) return "-";
  const uint64_t used = stores.space_bytes - std::min(stores.free_bytes, stores.space_bytes);
  return fmt::format("{:.0f}% of {}",
                     100 * static_cast<double>(used) / static_cast<double>(stores.space_bytes),
                     human_bytes(stores.space_bytes));
}

// The operations that move an operator; the others are in the sum.
double rate_of(const ServiceRates& rates, std::string_view operation) {
  for (const OperationRates& of : rates.operations) {
    if (of.operation == operation) return of.requests_per_second;
  }
  return 0;
}

std::vector<std::string> row_of(const std::string& service, const MetricsReply& now,
                                const ServiceRates& rates) {
  return {service,
          rate_text(rates.all.requests_per_second),
          rate_text(rate_of(rates, "update")),
          rate_text(rate_of(rates, "fetch")),
          bytes_text(rates.all.received_bytes_per_second),
          bytes_text(rates.all.sent_bytes_per_second),
          quantile_text(rates.all.latency_ns, 0.5),
          quantile_text(rates.all.latency_ns, 0.99),
          std::to_string(now.channels.requests_in_progress),
          rate_text(rates.busy_per_second),
          rate_text(rates.all.errors_per_second),
          std::to_string(now.slow_requests),
          rates.cache_hits ? fmt::format("{:.1f}%", 100 * *rates.cache_hits) : "-",
          human_bytes(rates.stores.log_bytes),
          space_text(rates.stores)};
}

nlohmann::json operation_json(const OperationRates& of) {
  return {{"operation", of.operation},
          {"requests", of.requests},
          {"errors", of.errors},
          {"requests_per_second", of.requests_per_second},
          {"errors_per_second", of.errors_per_second},
          {"received_bytes_per_second", of.received_bytes_per_second},
          {"sent_bytes_per_second", of.sent_bytes_per_second},
          {"p50_us", static_cast<double>(of.latency_ns.quantile(0.5)) / 1e3},
          {"p99_us", static_cast<double>(of.latency_ns.quantile(0.99)) / 1e3}};
}

nlohmann::json service_json(const MetricsReply& now, const ServiceRates& rates) {
  auto operations = nlohmann::json::array();
  for (const OperationRates& of : rates.operations) operations.push_back(operation_json(of));
  nlohmann::json json = {{"uptime_seconds", static_cast<double>(now.uptime_ns) / 1e9},
                         {"seconds", rates.seconds},
                         {"connections", now.channels.channels},
                         {"requests_in_progress", now.channels.requests_in_progress},
                         {"busy_per_second", rates.busy_per_second},
                         {"slow_requests", now.slow_requests},
                         {"operations", operations},
                         {"log_bytes", rates.stores.log_bytes},
                         {"space_bytes", rates.stores.space_bytes},
                         {"free_bytes", rates.stores.free_bytes},
                         {"cache_hits", nullptr}};
  if (rates.cache_hits) json["cache_hits"] = *rates.cache_hits;
  return json;
}

// `before` is empty or has the same services.
void show(const GlobalOptions& options, const Answers& before, const Answers& now) {
  Table table({"TARGET", "REQ/S", "UPDATE/S", "FETCH/S", "IN/S", "OUT/S", "P50", "P99", "IN FLIGHT", "BUSY/S",
               "ERRORS/S", "SLOW", "CACHE", "LOG", "SPACE USED"});
  auto json = nlohmann::json::array();
  for (size_t i = 0; i < now.size(); i++) {
    if (!now[i].reply) {
      table.add({now[i].service, "no answer"});
      json.push_back({{"target", now[i].service}, {"error", now[i].reply.error().message()}});
      continue;
    }
    const MetricsReply* const earlier = i < before.size() && before[i].reply ? &*before[i].reply : nullptr;
    const ServiceRates rates = rates_between(earlier, *now[i].reply);
    table.add(row_of(now[i].service, *now[i].reply, rates));
    json.push_back(service_json(*now[i].reply, rates));
    json.back()["target"] = now[i].service;
  }
  if (options.json) {
    print_json(json);
  } else {
    constexpr const char* kClearScreen = "\x1b[H\x1b[2J";
    fmt::print("{}{}", ::isatty(STDOUT_FILENO) == 1 ? kClearScreen : "", table.text());
  }
  (void)std::fflush(stdout);
}

Task<Result<void>> top(Session& session, TopArguments arguments) {
  const auto interval =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(arguments.interval_s));
  const Duration patience = std::max<Duration>(interval, 2s);
  FIRN_CO_TRY(const SystemQueryReply system, co_await session.client().query_system());
  Answers before = co_await ask_services<MetricsRequest>(&session.client(), system, patience);
  do {
    if (!co_await sleep_for(session.runtime().executor(), interval, session.cancel())) break;
    Answers now = co_await ask_services<MetricsRequest>(&session.client(), system, patience);
    if (session.cancel().canceled()) break;
    show(session.options(), before, now);
    before = std::move(now);
  } while (!arguments.once);
  co_return {};
}

}  // namespace

void add_top_command(CLI::App& app, Program& program) {
  auto arguments = std::make_shared<TopArguments>();
  CLI::App* const command = app.add_subcommand("top", "What each target does, live");
  command->add_flag("--once", arguments->once, "One table, of one interval");
  command->add_option("-i,--interval", arguments->interval_s, "Seconds between two looks")
      ->check(CLI::Range(0.05, 86400.0))
      ->capture_default_str();
  command->footer("All operations count as requests, those of firn top too. Ctrl-C ends it.");
  command->callback([arguments, &program] {
    program.set([arguments](Session& session) { return top(session, *arguments); });
  });
}

}  // namespace firn::cli

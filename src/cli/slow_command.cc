// firn slow: the latest requests that took long, and where their time went.
#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "cli/services.h"

namespace firn::cli {

namespace {

constexpr Duration kPatience = 5s;

struct Row {
  std::string service;
  SlowRequest request;
};

std::string milliseconds_text(uint64_t ns) { return fmt::format("{:.1f}", static_cast<double>(ns) / 1e6); }
std::string outcome_text(const SlowRequest& of) {
  return of.outcome == Code{} ? "ok" : std::string(code_name(of.outcome));
}

nlohmann::json row_json(const Row& row) {
  const SlowRequest& of = row.request;
  return {{"target", row.service},
          {"ended_ns", of.ended.ns},
          {"operation", of.operation},
          {"peer", of.peer},
          {"client", of.request.client.value},
          {"sequence", of.request.sequence.value},
          {"pool", of.pool.uuid.text()},
          {"container", of.container.uuid.text()},
          {"object", of.object.text()},
          {"outcome", outcome_text(of)},
          {"received_bytes", of.received_bytes},
          {"sent_bytes", of.sent_bytes},
          {"total_ns", of.total_ns()},
          {"receive_ns", of.receive_ns},
          {"handle_ns", of.handle_ns},
          {"room_ns", of.waits.room_ns},
          {"pages_ns", of.waits.pages_ns},
          {"data_ns", of.waits.data_ns},
          {"log_ns", of.waits.log_ns},
          {"answer_ns", of.answer_ns}};
}

void print_rows(const std::vector<Row>& rows) {
  Table table({"ENDED", "TARGET", "OPERATION", "MS", "RECEIVE", "HANDLE", "ROOM", "PAGES", "DATA", "LOG",
               "ANSWER", "IN", "OUT", "OUTCOME", "OBJECT", "CLIENT", "PEER"});
  for (const Row& row : rows) {
    const SlowRequest& of = row.request;
    table.add({human_time(of.ended.ns / 1'000'000'000), row.service, printable(of.operation),
               milliseconds_text(of.total_ns()), milliseconds_text(of.receive_ns),
               milliseconds_text(of.handle_ns), milliseconds_text(of.waits.room_ns),
               milliseconds_text(of.waits.pages_ns), milliseconds_text(of.waits.data_ns),
               milliseconds_text(of.waits.log_ns), milliseconds_text(of.answer_ns),
               human_bytes(of.received_bytes), human_bytes(of.sent_bytes), outcome_text(of), of.object.text(),
               fmt::format("{:x}", of.request.client.value), printable(of.peer)});
  }
  fmt::print("{}", table.text());
}

Task<Result<void>> slow(Session& session) {
  FIRN_CO_TRY(const SystemQueryReply system, co_await session.client().query_system());
  auto answers = co_await ask_services<SlowRequestsRequest>(&session.client(), system, kPatience);
  std::vector<Row> rows;
  uint64_t threshold_ns = 0;
  for (auto& answer : answers) {
    FIRN_CO_TRY(SlowRequestsReply reply, std::move(answer.reply));
    threshold_ns = reply.threshold_ns;
    for (SlowRequest& request : reply.requests) rows.push_back({answer.service, std::move(request)});
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return row.request.ended; });
  if (session.options().json) {
    auto requests = nlohmann::json::array();
    for (const Row& row : rows) requests.push_back(row_json(row));
    print_json({{"threshold_ns", threshold_ns}, {"requests", requests}});
  } else if (!rows.empty()) {
    print_rows(rows);
  } else if (!session.options().quiet) {
    fmt::print("No request took {} ms or more.\n", milliseconds_text(threshold_ns));
  }
  co_return {};
}

}  // namespace

void add_slow_command(CLI::App& app, Program& program) {
  CLI::App* const command =
      app.add_subcommand("slow", "The latest requests that took long, and where the time went");
  command->footer(
      "Times are in milliseconds: until the request's data had arrived, until the store was done (of it "
      "waiting "
      "for\n"
      "room, pages of the index, data on the device, the log), and until the answer was sent. The threshold "
      "is\n"
      "`firn serve --slow-ms`; each target keeps the latest 128.");
  command->callback([&program] { program.set(slow); });
}

}  // namespace firn::cli

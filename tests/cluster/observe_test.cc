// What an operator sees of a running server: the admin port, firn top, firn slow.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "net/plain_socket_test.h"
#include "process.h"

namespace firn::cluster {
namespace {

// The text that Prometheus reads, taken apart; what breaks its rules fails the test.
class Exposition {
 public:
  explicit Exposition(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# ")) {
        take_comment(line);
      } else {
        take_sample(line);
      }
    }
    EXPECT_TRUE(text.ends_with("\n"));
    for (const auto& [name, type] : types) EXPECT_TRUE(helped_.contains(name)) << name;
  }
  // The sum of all samples whose labels contain the text.
  double sum(const std::string& name, const std::string& labels = "") const {
    double sum = 0;
    for (auto [at, end] = samples.equal_range(name); at != end; ++at) {
      if (at->second.first.find(labels) != std::string::npos) sum += at->second.second;
    }
    return sum;
  }

  std::map<std::string, std::string> types;  // by family
  std::multimap<std::string, std::pair<std::string, double>> samples;

 private:
  void take_comment(const std::string& line) {
    static const std::regex kHelp("# HELP ([a-z_]+) (\\S.*\\.)");
    static const std::regex kType("# TYPE ([a-z_]+) (counter|gauge|histogram)");
    std::smatch match;
    if (std::regex_match(line, match, kHelp)) {
      EXPECT_TRUE(helped_.insert(match[1]).second) << "a family comes twice: " << line;
    } else if (std::regex_match(line, match, kType)) {
      EXPECT_TRUE(types.emplace(match[1], match[2]).second) << line;
      family_ = match[1];
      EXPECT_EQ(match[2] == "counter", family_.ends_with("_total")) << line;
    } else {
      ADD_FAILURE() << "neither help nor type: " << line;
    }
  }
  void take_sample(const std::string& line) {
    static const std::regex kSample(
        "([a-z_]+)(\\{([a-z_]+=\"([^\"\\\\\\n]|\\\\[n\"\\\\])*\",?)+\\})? ([0-9.e+-]+)");
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, kSample)) << line;
    const std::string name = match[1];
    const bool is_part =
        types[family_] == "histogram" &&
        (name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count");
    EXPECT_TRUE(name == family_ || is_part) << "a sample outside of its family: " << line;
    EXPECT_TRUE(seen_.insert(name + match[2].str()).second) << "a sample comes twice: " << line;
    samples.emplace(name, std::pair(match[2].str(), std::stod(match[5])));
  }

  std::string family_;
  std::set<std::string> helped_;
  std::set<std::string> seen_;
};

class ObserveTest : public ::testing::Test {
 protected:
  void start(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"--admin", "http://127.0.0.1:0", "--targets", "2"});
    server_.emplace(scratch_.path("system"), std::move(arguments));
    const std::string line = server_->process().read_line(10'000).value_or("");
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, std::regex("Metrics: http://127.0.0.1:([0-9]+)/metrics")))
        << line;
    port_ = static_cast<uint16_t>(std::stoi(match[1]));
  }
  Outcome firn(std::vector<std::string> arguments) {
    Outcome outcome = run_firn(server_->address(), std::move(arguments));
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    return outcome;
  }
  void make_some_work() {
    firn({"pool", "create", "tank", "--size", "256MiB"});
    firn({"container", "create", "tank", "home"});
    std::ofstream(scratch_.path("file"), std::ios::binary) << std::string(3'000'000, 'f');
    firn({"fs", "cp", scratch_.path("file"), "daos://tank/home/"});
    firn({"fs", "cat", "tank/home/file"});
  }
  std::string get(const std::string& path) const {
    return net::PlainSocket(port_).ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  std::string body(const std::string& path) const {
    const std::string answer = get(path);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    const size_t at = answer.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.substr(at + 4);
  }

  ScratchDirectory scratch_;
  std::optional<Server> server_;
  uint16_t port_ = 0;
};

TEST_F(ObserveTest, metrics_follow_the_rules_and_tell_what_was_done) {
  start();
  make_some_work();
  const Exposition before(body("/metrics"));
  firn({"fs", "cat", "tank/home/file"});
  const Exposition after(body("/metrics"));
  const std::string fetches = "pool=\"tank\",op=\"fetch\"";
  const std::string duration = "firn_request_duration_seconds";
  EXPECT_GT(before.sum(duration + "_count", "op=\"update\""), 3);
  EXPECT_GE(before.sum("firn_request_received_bytes_total", "op=\"update\""), 3e6);
  EXPECT_GE(after.sum("firn_request_sent_bytes_total", fetches) -
                before.sum("firn_request_sent_bytes_total", fetches),
            3e6);
  EXPECT_GE(after.sum(duration + "_count", fetches) - before.sum(duration + "_count", fetches), 3)
      << "a chunk is 1 MiB";
  EXPECT_EQ(after.sum(duration + "_bucket", "le=\"+Inf\""), after.sum(duration + "_count"));
  EXPECT_GT(after.sum(duration + "_sum"), 0);
  EXPECT_EQ(after.sum(duration + "_count", "op=\"pool_create\""), 1);
  EXPECT_EQ(after.sum("firn_target_up"), 2);
  EXPECT_EQ(after.sum("firn_store_open", "pool=\"tank\""), 2);
  EXPECT_GE(after.sum("firn_store_value_bytes"), 3e6);
  EXPECT_GT(after.sum("firn_store_space_bytes"), after.sum("firn_store_free_bytes"));
  EXPECT_GT(after.sum("process_resident_memory_bytes"), 1e6);
  EXPECT_EQ(after.sum("firn_requests_busy_total"), 0);
  EXPECT_EQ(after.sum("firn_build_info"), 1);
}

// Names in the first column of its tables.
TEST_F(ObserveTest, every_metric_is_documented_and_every_documented_one_is_there) {
  start();
  std::set<std::string> exported;
  for (const auto& [name, type] : Exposition(body("/metrics")).types) exported.insert(name);
  std::set<std::string> documented;
  std::ifstream file(FIRN_DOCUMENTS "/observability.md");
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_search(line, match, std::regex("^\\| `((firn|process)_[a-z_]+)` \\|")))
      documented.insert(match[1]);
  }
  EXPECT_EQ(exported, documented);
}

TEST_F(ObserveTest, health_is_ok_and_bad_requests_harm_nobody) {
  start();
  EXPECT_EQ(body("/healthz"), "ok\n");
  EXPECT_TRUE(get("/elsewhere").starts_with("HTTP/1.1 404 "));
  net::PlainSocket(port_).send(std::string(100'000, '\0'));
  EXPECT_TRUE(net::PlainSocket(port_).ask("\x16\x03\x01 not HTTP\r\n\r\n").starts_with("HTTP/1.1 400 "));
  {
    const net::PlainSocket hung_up(port_);
  }
  const net::PlainSocket silent(port_);
  EXPECT_EQ(body("/healthz"), "ok\n");
  server_->process().signal(SIGTERM);
  EXPECT_EQ(server_->process().wait(10'000), 0) << server_->process().errors();
}

TEST_F(ObserveTest, slow_requests_are_shown_with_their_stages) {
  start({"--slow-ms", "0"});
  make_some_work();
  const auto shown = nlohmann::json::parse(firn({"--json", "slow"}).output)["response"];
  EXPECT_EQ(shown["threshold_ns"], 0);
  std::set<std::string> operations;
  for (const auto& request : shown["requests"]) {
    operations.insert(request["operation"]);
    EXPECT_EQ(request["total_ns"].get<uint64_t>(), request["receive_ns"].get<uint64_t>() +
                                                       request["handle_ns"].get<uint64_t>() +
                                                       request["answer_ns"].get<uint64_t>());
    uint64_t waited_ns = 0;
    for (const char* part : {"room_ns", "pages_ns", "data_ns", "log_ns"})
      waited_ns += request[part].get<uint64_t>();
    EXPECT_LE(waited_ns, request["handle_ns"].get<uint64_t>()) << request;
  }
  EXPECT_TRUE(operations.contains("update")) << shown;
  EXPECT_TRUE(operations.contains("pool create")) << shown;
  const auto on_port = nlohmann::json::parse(body("/slow"));
  EXPECT_GE(on_port["requests"].size(), shown["requests"].size());
  for (const char* part : {"room_ms", "pages_ms", "data_ms", "log_ms"})
    EXPECT_TRUE(on_port["requests"][0].contains(part)) << on_port["requests"][0];
  EXPECT_NE(firn({"slow"}).output.find("update"), std::string::npos);
  EXPECT_NE(server_->process().errors().find("slow request"), std::string::npos);
}

TEST_F(ObserveTest, top_tells_what_each_target_does) {
  start();
  make_some_work();
  const auto shown =
      nlohmann::json::parse(firn({"--json", "top", "--once", "--interval", "0.1"}).output)["response"];
  ASSERT_EQ(shown.size(), 3u) << shown;
  uint64_t updates = 0;
  for (const auto& target : shown) {
    for (const auto& of : target["operations"]) {
      if (of["operation"] == "update") updates += of["requests"].get<uint64_t>();
    }
  }
  EXPECT_EQ(static_cast<double>(updates),
            Exposition(body("/metrics")).sum("firn_request_duration_seconds_count", "op=\"update\""));
  EXPECT_EQ(shown[2]["target"], "control");
  const std::string table = firn({"top", "--once", "--interval", "0.1"}).output;
  EXPECT_NE(table.find("SPACE USED"), std::string::npos) << table;
  EXPECT_NE(table.find("control"), std::string::npos) << table;
}

TEST_F(ObserveTest, top_works_without_a_server) {
  const auto firn = [this](std::vector<std::string> arguments) {
    return run_firn(scratch_.path("system"), std::move(arguments));
  };
  EXPECT_EQ(firn({"pool", "create", "tank", "--size", "64MiB"}).status, 0);
  const Outcome top = firn({"--json", "top", "--once", "--interval", "0.1"});
  EXPECT_EQ(top.status, 0) << top.errors;
  EXPECT_GT(nlohmann::json::parse(top.output)["response"][0]["space_bytes"].get<uint64_t>(), 0u);
}

TEST_F(ObserveTest, an_admin_address_that_is_none_is_refused) {
  const Outcome outcome = run({firn_binary(), "serve", scratch_.path("system"), "--listen",
                               "tcp://127.0.0.1:0", "--admin", "127.0.0.1:9464"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.errors.find("http://127.0.0.1:9464"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace firn::cluster

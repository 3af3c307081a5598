// A server with several addresses: clients of each find the same objects, by the address they came by.
#include <csignal>
#include <regex>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "process.h"

namespace firn::cluster {
namespace {

constexpr int kStartMs = 20'000;

bool host_has_ipv6() {
  const int socket = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

std::vector<std::string> serve(const std::string& directory, const std::vector<std::string>& addresses) {
  std::vector<std::string> command = {firn_binary(), "serve", directory, "--targets", "2", "--shm", "off"};
  for (const std::string& address : addresses) command.insert(command.end(), {"--listen", address});
  return command;
}

std::vector<std::string> addresses_in(const std::string& line) {
  static const std::regex kAddress("tcp://[^ ]+");
  std::vector<std::string> found;
  for (std::sregex_iterator at(line.begin(), line.end(), kAddress), end; at != end; ++at) {
    found.push_back(at->str());
  }
  return found;
}

std::string output_of(const std::string& system, std::vector<std::string> arguments) {
  const Outcome outcome = run_firn(system, std::move(arguments));
  EXPECT_EQ(outcome.status, 0) << system << ": " << outcome.errors;
  return outcome.output;
}

TEST(Listen, clients_of_each_address_find_the_same_objects) {
  const ScratchDirectory scratch;
  std::vector<std::string> wanted = {"tcp://127.0.0.1:0", "tcp://127.0.0.2:0"};
  if (host_has_ipv6()) wanted.emplace_back("tcp://[::1]:0");
  Process server(serve(scratch.path("system"), wanted));
  const auto line = server.read_line(kStartMs);
  ASSERT_TRUE(line.has_value()) << server.errors();
  const std::vector<std::string> addresses = addresses_in(*line);
  ASSERT_EQ(addresses.size(), wanted.size()) << *line;
  output_of(addresses[0], {"pool", "create", "tank", "--size", "1GiB"});
  for (const std::string& by : addresses) {
    const std::string container = "c" + std::to_string(&by - addresses.data());
    output_of(by, {"container", "create", "tank", container});
    output_of(by, {"fs", "cp", firn_binary(), "daos://tank/" + container + "/copy"});
    for (const std::string& other : addresses) {
      EXPECT_NE(output_of(other, {"fs", "ls", "tank/" + container}).find("copy"), std::string::npos);
    }
  }
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(kStartMs), 0) << server.errors();
}

TEST(Listen, json_lists_the_addresses) {
  const ScratchDirectory scratch;
  std::vector<std::string> command =
      serve(scratch.path("system"), {"tcp://127.0.0.1:0", "tcp://127.0.0.2:0"});
  command.insert(command.begin() + 1, "--json");
  Process server(command);
  std::string text;
  while (!nlohmann::json::accept(text)) {
    const auto line = server.read_line(kStartMs);
    ASSERT_TRUE(line.has_value()) << text << server.errors();
    text += *line;
  }
  const auto json = nlohmann::json::parse(text)["response"];
  ASSERT_EQ(json["addresses"].size(), 2U);
  EXPECT_EQ(json["address"], json["addresses"][0]);
}

TEST(Listen, an_address_that_cannot_be_is_named_and_nothing_is_served) {
  const ScratchDirectory scratch;
  Server first(scratch.path("first"));
  for (const std::string& wrong : {first.address(), std::string("tcp://192.0.2.1:0"),
                                   std::string("tcp://::1:0"), std::string("127.0.0.1:10001")}) {
    const Outcome outcome = run(serve(scratch.path("other"), {"tcp://127.0.0.1:0", wrong}));
    EXPECT_EQ(outcome.status, 1) << wrong;
    EXPECT_EQ(outcome.output, "");
    const std::string named = wrong.starts_with("tcp://") ? wrong.substr(6) : wrong;
    EXPECT_NE(outcome.errors.find(named), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find("what to do:"), std::string::npos) << outcome.errors;
  }
}

}  // namespace
}  // namespace firn::cluster

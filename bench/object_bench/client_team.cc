#include "object_bench/client_team.h"

#include <cstdio>

#include <unistd.h>

#include "vos_bench/measurement.h"
#include "vos_bench/must.h"

namespace firn::bench {

namespace {

void say(int output, const std::string& text) {
  const std::string line = text + '\n';
  if (::write(output, line.data(), line.size()) < 0) ::_exit(1);
}

// Works whenever it is told what to do and for how long, and says how much it did per second.
void serve_orders(const std::string& uri, uint64_t keys, int input, int output) {
  ObjectClient client(uri, keys);
  client.run({}, 100);
  say(output, "ready");
  std::FILE* const orders = ::fdopen(input, "r");
  int operation = 0;
  size_t in_flight = 0;
  double seconds = 0;
  while (std::fscanf(orders, "%d %zu %lf", &operation, &in_flight, &seconds) == 3) {
    const Load load{static_cast<Operation>(operation), in_flight};
    const Stopwatch watch;
    size_t done = 0;
    for (; watch.seconds() < seconds; done += 16 * in_flight) client.run(load, 16 * in_flight);
    say(output, fmt::format("{}", static_cast<double>(done) / watch.seconds()));
  }
}

}  // namespace

ClientTeam::ClientTeam(const std::string& uri, uint64_t keys, size_t clients) {
  clients_.reserve(clients);
  for (size_t i = 0; i < clients; i++) {
    clients_.emplace_back([&](int input, int output) { serve_orders(uri, keys, input, output); });
  }
  for (ChildProcess& client : clients_) {
    if (client.read_line() != "ready") give_up("a client could not connect");
  }
}

double ClientTeam::operations_per_second(Load load, double seconds) {
  const std::string order =
      fmt::format("{} {} {}", static_cast<int>(load.operation), load.in_flight, seconds);
  for (ChildProcess& client : clients_) client.write_line(order);
  double total = 0;
  for (ChildProcess& client : clients_) total += std::stod(client.read_line());
  return total;
}

double ClientTeam::cpu_seconds() const {
  double total = 0;
  for (const ChildProcess& client : clients_) total += client.cpu_seconds();
  return total;
}

}  // namespace firn::bench

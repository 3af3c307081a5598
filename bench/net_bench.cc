// net_bench: what a remote call costs over TCP on this machine's loopback, beside bare TCP in the same run,
// and through shared memory, beside copies within memory, and over the fabrics of libfabric that are here.
//
//   net_bench [--repetitions N] [--seconds S] [--only TEXT]
//
// --only measures the rows whose name contains the text, for a profiler; ratios then mean nothing.
//
// All measurements alternate; each number is the median of the repetitions. Ratios are to the bare ping-pong
// or stream that stands in the same table. Two threads of one process; no core is pinned.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>

#include "bare_tcp.h"
#include "memory_copy.h"
#include "model/wire.h"
#include "net/fabric_transport.h"
#include "net/rpc_client.h"
#include "net/rpc_server.h"
#include "net/shm_address.h"
#include "net/shm_transport.h"
#include "net/tcp_listener.h"
#include "net/tcp_transport.h"
#include "repeat_for.h"
#include "runtime/real_runtime.h"
#include "runtime/runtime_thread.h"
#include "runtime/when_all.h"

namespace firn::net {
namespace {

using bench::kLargeBytes;
using bench::kSmallBytes;
using bench::Waiting;

struct BenchReply {
  std::string data;
  static void fields(auto& self, auto&& visit) { visit("data", self.data); }
};
struct BenchRequest {
  static constexpr uint16_t kOpcode = 1;
  static constexpr const char* kName = "bench";
  using Reply = BenchReply;
  std::string data;
  uint64_t reply_payload_bytes = 0;
  static void fields(auto& self, auto&& visit) {
    visit("data", self.data);
    visit("reply_payload_bytes", self.reply_payload_bytes);
  }
};

double bare_ping_pong(double seconds, size_t there_bytes, bench::Waiting waiting) {
  bench::BarePingPong bare(there_bytes, kSmallBytes, waiting);
  constexpr size_t kBatch = 50;
  return bench::repeat_for(seconds, kBatch, [&] {
    for (size_t i = 0; i < kBatch; i++) bare.round_trip();
  });
}

double bare_stream(double seconds) {
  bench::BareStream bare(bench::MoreCopies::none);
  return bench::repeat_for(seconds, 8, [&] {
    for (int i = 0; i < 8; i++) bare.send_block();
  });
}

// --- rpc

Task<Result<BenchReply>> answer(BenchRequest request, ServerCall& call) {
  if (request.reply_payload_bytes > 0) call.reply_payload = Buffer(request.reply_payload_bytes);
  co_return BenchReply{std::move(request.data)};
}

FabricOptions loopback(std::string provider) {
  return {.choice = {.provider = std::move(provider)}, .host = "127.0.0.1"};
}

// The server's thread.
class BenchServer {
 public:
  // `provider`: of the fabric; empty: TCP.
  explicit BenchServer(std::string provider = "")
      : provider_(std::move(provider)), thread_(std::move(*RuntimeThread::start())) {
    thread_->call([this] { return open(this); });
  }
  ~BenchServer() {
    thread_->call([this] { return close(this); });
    thread_->stop();
  }
  Address tcp_address() const { return {listener_->uri(), 0}; }
  Address shm_address() const { return {shm_listener_->uri(), 0}; }
  Address fabric_address() const { return {fabric_uri(provider_, listener_->uri()), 0}; }

 private:
  static Task<int> open(BenchServer* self) {
    RealRuntime& runtime = self->thread_->runtime();
    self->rpc_ = std::make_unique<RpcServer>(runtime, RpcServerOptions{});
    self->rpc_->handle<BenchRequest>(answer);
    self->tcp_ = std::make_unique<TcpTransport>(runtime, runtime.sockets());
    TcpListener::Hooks hooks{.route = [self](uint32_t, int descriptor, std::string) {
      self->tcp_->adopt(descriptor, *self->rpc_);
    }};
    if (!self->provider_.empty()) {
      self->fabric_ = std::make_unique<FabricTransport>(runtime, loopback(self->provider_));
      hooks.route_fabric = [self](uint32_t, int descriptor, FabricContact client) {
        self->fabric_->adopt(descriptor, std::move(client), *self->rpc_);
      };
    }
    auto listener = TcpListener::listen(runtime, runtime.sockets(), "tcp://127.0.0.1:0", std::move(hooks));
    if (!listener) std::abort();
    self->listener_ = std::move(*listener);
    self->shm_ = std::make_unique<ShmTransport>(runtime);
    TcpListener::Hooks shm_hooks{.route = [self](uint32_t, int descriptor, std::string) {
      self->shm_->adopt(descriptor, *self->rpc_);
    }};
    const std::string path = "/tmp/net_bench-" + std::to_string(::getpid()) + self->provider_ + ".socket";
    auto shm_listener = listen_shm(runtime, path, std::move(shm_hooks));
    if (!shm_listener) std::abort();
    self->shm_listener_ = std::move(*shm_listener);
    co_return 0;
  }
  static Task<int> close(BenchServer* self) {
    co_await self->listener_->close();
    co_await self->shm_listener_->close();
    co_await self->rpc_->close();
    self->listener_.reset();
    self->shm_listener_.reset();
    self->rpc_.reset();
    if (self->fabric_) co_await self->fabric_->close();
    co_return 0;
  }

  const std::string provider_;
  std::unique_ptr<RuntimeThread> thread_;
  std::unique_ptr<RpcServer> rpc_;
  std::unique_ptr<TcpTransport> tcp_;
  std::unique_ptr<FabricTransport> fabric_;
  std::unique_ptr<TcpListener> listener_;
  std::unique_ptr<ShmTransport> shm_;
  std::unique_ptr<TcpListener> shm_listener_;
};

struct Load {
  size_t in_flight = 1;
  size_t calls = 50;  // of each in a batch
  size_t message_bytes = 0;
  size_t send_bytes = 0;
  size_t reply_bytes = 0;
};

Task<void> call_in_turn(RpcClient* rpc, Address to, Load load, MutableBytes buffer) {
  const ByteView part = buffer.first(load.send_bytes);
  for (size_t i = 0; i < load.calls; i++) {
    BenchRequest request{std::string(load.message_bytes, 'x'), load.reply_bytes};
    Bulk<BenchReply> bulk;
    if (load.send_bytes > 0) bulk.send = {&part, 1};
    if (load.reply_bytes > 0) {
      bulk.place = [buffer](const BenchReply&, size_t bytes) -> Result<std::vector<MutableBytes>> {
        return std::vector{buffer.first(bytes)};
      };
    }
    auto reply = co_await rpc->call(to, request, std::move(bulk));
    if (!reply) {
      fmt::print(stderr, "net_bench: {}\n", reply.error().message());
      std::abort();
    }
  }
}
Task<int> call_side_by_side(RpcClient* rpc, Address to, Load load, MutableBytes buffer) {
  std::vector<Task<void>> lanes;
  for (size_t i = 0; i < load.in_flight; i++) {
    lanes.push_back(call_in_turn(rpc, to, load, buffer.subspan(i * kLargeBytes, kLargeBytes)));
  }
  co_await when_all(std::move(lanes));
  co_return 0;
}
Task<int> close_client(RpcClient* rpc, FabricTransport* fabric) {
  co_await rpc->close();
  if (fabric != nullptr) co_await fabric->close();
  co_return 0;
}

class BenchClient {
 public:
  explicit BenchClient(Address server, std::string provider = "")
      : runtime_(std::move(*RealRuntime::create())),
        transport_(provider.empty() ? make(*runtime_, server) : make_fabric(provider)),
        rpc_(*runtime_, *transport_, {}),
        server_(std::move(server)),
        buffer_(64 * kLargeBytes) {}
  ~BenchClient() { runtime_->run(close_client(&rpc_, fabric_)); }
  double run(double seconds, Load load) {
    return bench::repeat_for(seconds, load.calls * load.in_flight, [&] {
      runtime_->run(call_side_by_side(&rpc_, server_, load, buffer_.bytes()));
    });
  }

 private:
  static std::unique_ptr<Transport> make(RealRuntime& runtime, const Address& server) {
    if (server.uri.starts_with(kShmScheme)) return std::make_unique<ShmTransport>(runtime);
    return std::make_unique<TcpTransport>(runtime, runtime.sockets());
  }

  std::unique_ptr<Transport> make_fabric(const std::string& provider) {
    auto made = std::make_unique<FabricTransport>(*runtime_, loopback(provider));
    fabric_ = made.get();
    return made;
  }

  std::unique_ptr<RealRuntime> runtime_;
  FabricTransport* fabric_ = nullptr;  // the transport, if it is one
  std::unique_ptr<Transport> transport_;
  RpcClient rpc_;
  Address server_;
  Buffer buffer_;
};

// --- the table

struct Row {
  std::string name;
  std::function<double(double seconds)> run;
  std::vector<double> microseconds{};
  double median() {
    std::sort(microseconds.begin(), microseconds.end());
    return microseconds[microseconds.size() / 2];
  }
};

void run_alternating(std::vector<Row>& rows, int repetitions, double seconds) {
  for (int i = 0; i < repetitions; i++) {
    for (Row& row : rows) row.microseconds.push_back(row.run(seconds));
  }
}

void print_small(std::vector<Row>& rows) {
  if (rows.empty()) return;
  const double blocking = rows.front().median();
  const double spinning = rows[std::min<size_t>(1, rows.size() - 1)].median();
  fmt::print("64 B request and reply          us/op      op/s   to blocking  to spinning   min..max us\n");
  for (Row& row : rows) {
    const double median = row.median();
    fmt::print("{:<28}{:>9.2f}{:>10.0f}{:>12.2f}x{:>12.2f}x   {:.2f}..{:.2f}\n", row.name, median,
               1e6 / median, median / blocking, median / spinning, row.microseconds.front(),
               row.microseconds.back());
  }
}

void print_large(std::vector<Row>& rows) {
  if (rows.empty()) return;
  const double stream = rows.front().median();
  fmt::print("\n1 MiB                           us/op     MiB/s    of stream   min..max us\n");
  for (Row& row : rows) {
    const double median = row.median();
    fmt::print("{:<28}{:>9.1f}{:>10.0f}{:>12.0f}%   {:.0f}..{:.0f}\n", row.name, median, 1e6 / median,
               100 * stream / median, row.microseconds.front(), row.microseconds.back());
  }
}

struct Options {
  int repetitions = 5;
  double seconds = 0.3;  // of each measurement
  std::string only;
};

// One fabric's server and client, in two threads of this process.
struct FabricPair {
  explicit FabricPair(const std::string& provider)
      : name(provider), server(provider), client(server.fabric_address(), provider) {}
  const std::string name;
  BenchServer server;
  BenchClient client;
};

bool is_here(const std::string& provider) {
  auto runtime = std::move(*RealRuntime::create());
  FabricTransport fabric(*runtime, loopback(provider));
  const bool opened = fabric.open().has_value();
  runtime->run([](FabricTransport* of) -> Task<int> {
    co_await of->close();
    co_return 0;
  }(&fabric));
  if (!opened) fmt::print("net_bench: no fabric {} here\n", provider);
  return opened;
}

void add_fabric_rows(FabricPair& pair, std::vector<Row>& small, std::vector<Row>& large) {
  const auto row = [&](const char* what, Load load) {
    return Row{"fabric " + pair.name + what, [&pair, load](double s) { return pair.client.run(s, load); }};
  };
  small.push_back(row(", 1 in flight", {.message_bytes = kSmallBytes}));
  small.push_back(row(", 16 in flight", {.in_flight = 16, .message_bytes = kSmallBytes}));
  large.push_back(row(" write, 1", {.calls = 8, .send_bytes = kLargeBytes}));
  large.push_back(row(" write, 8", {.in_flight = 8, .calls = 8, .send_bytes = kLargeBytes}));
  large.push_back(row(" read, 1", {.calls = 8, .reply_bytes = kLargeBytes}));
  large.push_back(row(" read, 8", {.in_flight = 8, .calls = 8, .reply_bytes = kLargeBytes}));
}

int run(const Options& options) {
  BenchServer server;
  BenchClient tcp_client(server.tcp_address());
  BenchClient shm_client(server.shm_address());
  const auto rpc = [&](Load load) { return [&, load](double s) { return tcp_client.run(s, load); }; };
  const auto shm = [&](Load load) { return [&, load](double s) { return shm_client.run(s, load); }; };
  std::vector<Row> small{
      {"bare, blocking", [](double s) { return bare_ping_pong(s, kSmallBytes, Waiting::blocking); }},
      {"bare, spinning", [](double s) { return bare_ping_pong(s, kSmallBytes, Waiting::spinning); }},
      {"rpc, 1 in flight", rpc({.message_bytes = kSmallBytes})},
      {"rpc, 16 in flight", rpc({.in_flight = 16, .message_bytes = kSmallBytes})},
      {"rpc, 64 in flight", rpc({.in_flight = 64, .message_bytes = kSmallBytes})},
      {"shm, 1 in flight", shm({.message_bytes = kSmallBytes})},
      {"shm, 16 in flight", shm({.in_flight = 16, .message_bytes = kSmallBytes})},
      {"shm, 64 in flight", shm({.in_flight = 64, .message_bytes = kSmallBytes})},
  };
  std::vector<Row> large{
      {"bare, stream", bare_stream},
      {"bare, 1 MiB there, 64 B back",
       [](double s) { return bare_ping_pong(s, kLargeBytes, Waiting::blocking); }},
      {"rpc write, 1 in flight", rpc({.calls = 8, .send_bytes = kLargeBytes})},
      {"rpc write, 8 in flight", rpc({.in_flight = 8, .calls = 8, .send_bytes = kLargeBytes})},
      {"rpc read, 1 in flight", rpc({.calls = 8, .reply_bytes = kLargeBytes})},
      {"rpc read, 8 in flight", rpc({.in_flight = 8, .calls = 8, .reply_bytes = kLargeBytes})},
      {"memory copy", bench::microseconds_per_copy},
      {"shm write, 1 in flight", shm({.calls = 8, .send_bytes = kLargeBytes})},
      {"shm write, 4 in flight", shm({.in_flight = 4, .calls = 8, .send_bytes = kLargeBytes})},
      {"shm read, 1 in flight", shm({.calls = 8, .reply_bytes = kLargeBytes})},
      {"shm read, 4 in flight", shm({.in_flight = 4, .calls = 8, .reply_bytes = kLargeBytes})},
  };
  std::vector<std::unique_ptr<FabricPair>> fabrics;
  for (const char* const provider : {"tcp", "sockets"}) {
    if (!is_here(provider)) continue;
    fabrics.push_back(std::make_unique<FabricPair>(provider));
    add_fabric_rows(*fabrics.back(), small, large);
  }
  for (auto* const rows : {&small, &large}) {
    std::erase_if(*rows, [&](const Row& row) { return row.name.find(options.only) == std::string::npos; });
    run_alternating(*rows, options.repetitions, options.seconds);
  }
  fmt::print("net_bench: medians of {} alternating repetitions of {} s, {} cores\n\n", options.repetitions,
             options.seconds, std::thread::hardware_concurrency());
  print_small(small);
  print_large(large);
  return 0;
}

}  // namespace
}  // namespace firn::net

int main(int argc, char** argv) {
  // As the server does: memory of large buffers is kept, not given back to the system after each request.
  // Otherwise a 1 MiB transfer spends most of its time in page faults.
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  firn::net::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--repetitions") == 0) options.repetitions = std::max(1, std::atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--seconds") == 0) options.seconds = std::atof(argv[i + 1]);
    if (std::strcmp(argv[i], "--only") == 0) options.only = argv[i + 1];
  }
  return firn::net::run(options);
}

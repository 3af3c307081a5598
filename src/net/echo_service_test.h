// EchoService: a service for tests of rpc and transports, with a thread of its own; and the means to call it.
#pragma once

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "model/wire.h"
#include "net/fabric_transport.h"
#include "net/inproc_transport.h"
#include "net/rpc_client.h"
#include "net/rpc_server.h"
#include "net/shm_address.h"
#include "net/shm_transport.h"
#include "net/tcp_listener.h"
#include "net/tcp_transport.h"
#include "runtime/epoll_runtime.h"
#include "runtime/real_runtime.h"
#include "runtime/runtime_thread.h"
#include "runtime/sleep.h"
#include "runtime/stderr_log.h"

namespace firn::net {

struct EchoReply {
  uint64_t number = 0;
  uint64_t payload_bytes = 0;  // of the request
  uint64_t payload_sum = 0;
  static void fields(auto& self, auto&& visit) {
    visit("number", self.number);
    visit("payload_bytes", self.payload_bytes);
    visit("payload_sum", self.payload_sum);
  }
};

struct EchoRequest {
  static constexpr uint16_t kOpcode = 900;
  static constexpr const char* kName = "echo";
  using Reply = EchoReply;
  uint64_t number = 0;
  uint64_t delay_ms = 0;
  uint64_t reply_bytes = 0;  // of payload, filled with the number's low byte
  uint16_t error = 0;        // answer with this code
  static void fields(auto& self, auto&& visit) {
    visit("number", self.number);
    visit("delay_ms", self.delay_ms);
    visit("reply_bytes", self.reply_bytes);
    visit("error", self.error);
  }
};

// A request that no handler knows.
struct StrangeRequest {
  static constexpr uint16_t kOpcode = 901;
  static constexpr const char* kName = "strange";
  using Reply = EchoReply;
  static void fields(auto&, auto&&) {}
};

// Waits for something that another thread does; whether it came.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 5000 && !condition(); i++) std::this_thread::sleep_for(1ms);
  return condition();
}

inline uint64_t sum_of(ByteView bytes) {
  uint64_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<uint64_t>(byte);
  return sum;
}

// The service itself; belongs to its thread, the counters to all.
class EchoService {
 public:
  struct Counters {
    std::atomic<int> started = 0;
    std::atomic<int> ended = 0;
    std::atomic<int> canceled = 0;
  };

  EchoService(Runtime& runtime, RpcServerOptions options, Counters& counters)
      : runtime_(runtime), counters_(counters), server_(runtime, options) {
    server_.handle<EchoRequest>(
        [this](EchoRequest request, ServerCall& call) { return echo(request, call); });
  }
  RpcServer& server() { return server_; }

 private:
  Task<Result<EchoReply>> echo(EchoRequest request, ServerCall& call) {
    counters_.started++;
    if (request.delay_ms > 0) {
      co_await sleep_for(runtime_.executor(), std::chrono::milliseconds(request.delay_ms));
    }
    counters_.ended++;
    if (call.canceled) counters_.canceled++;
    if (request.error != 0) {
      co_return fail(static_cast<Code>(request.error), "the echo was refused").remedy("ask for less");
    }
    call.reply_payload = Buffer(request.reply_bytes);
    std::ranges::fill(call.reply_payload.bytes(), static_cast<std::byte>(request.number));
    co_return EchoReply{request.number, call.payload.size(), sum_of(call.payload.bytes())};
  }

  Runtime& runtime_;
  Counters& counters_;
  RpcServer server_;
};

inline RealRuntimeOptions quiet() {
  RealRuntimeOptions options;
  options.log_level = LogLevel::error;
  return options;
}

// tcp_epoll, shm_epoll, inproc_epoll: the client is on an epoll loop.
enum class TestTransport { inproc, tcp, shm, fabric_tcp, fabric_sockets, tcp_epoll, shm_epoll, inproc_epoll };

inline bool client_on_epoll(TestTransport transport) {
  return transport == TestTransport::tcp_epoll || transport == TestTransport::shm_epoll ||
         transport == TestTransport::inproc_epoll;
}
inline bool is_shm(TestTransport transport) {
  return transport == TestTransport::shm || transport == TestTransport::shm_epoll;
}
inline bool is_inproc(TestTransport transport) {
  return transport == TestTransport::inproc || transport == TestTransport::inproc_epoll;
}

// For fabrics: libfabric's provider; else empty. (Its shm is tested between processes, tests/cluster: within
// one, 1.17 uses the memory of an endpoint after the other thread has closed it.)
inline std::string fabric_provider(TestTransport transport) {
  if (transport == TestTransport::fabric_tcp) return "tcp";
  return transport == TestTransport::fabric_sockets ? "sockets" : "";
}

inline FabricOptions fabric_options(TestTransport transport) {
  return {
      .choice = {.provider = fabric_provider(transport)}, .host = "127.0.0.1", .limits = {.reading_max = 3s}};
}

inline std::string name_of(TestTransport transport) {
  if (const std::string provider = fabric_provider(transport); !provider.empty()) return "fabric_" + provider;
  const std::string name = is_shm(transport) ? "shm" : is_inproc(transport) ? "inproc" : "tcp";
  return name + (client_on_epoll(transport) ? "_epoll" : "");
}

// Why the transport cannot be tested here; empty when it can.
inline std::string missing(TestTransport transport) {
  if (fabric_provider(transport).empty()) return "";
  auto runtime = RealRuntime::create(quiet());
  if (!runtime) return runtime.error().message();
  FabricTransport fabric(**runtime, fabric_options(transport));
  const auto opened = fabric.open();
  (*runtime)->run([](FabricTransport* of) -> Task<int> {
    co_await of->close();
    co_return 0;
  }(&fabric));
  return opened ? "" : opened.error().message();
}

// A socket's path for one test of one process.
inline std::string test_socket_path() {
  static int count = 0;
  return testing::TempDir() + "firn-" + std::to_string(::getpid()) + "-" + std::to_string(count++) +
         ".socket";
}

// An EchoService in its own thread, reachable over the given transport. Started and stopped by the test's
// thread.
class EchoHost {
 public:
  struct Options {
    TestTransport transport = TestTransport::tcp;
    RpcServerOptions rpc = {};
    TcpListener::Options listener = {};
    ShmOptions shm = {};
  };
  static constexpr uint32_t kTarget = 3;

  EchoHost(InprocHub& hub, Options options) : hub_(hub), options_(options), address_{listen_uri_, kTarget} {
    if (is_inproc(options.transport)) address_.uri = "inproc://echo";
    if (is_shm(options.transport)) {
      socket_path_ = test_socket_path();
      address_.uri = shm_uri({.path = socket_path_});
    }
  }
  ~EchoHost() {
    stop();
    if (!socket_path_.empty()) ::unlink(socket_path_.c_str());
  }

  // For clients over this transport.
  const Address& address() const { return address_; }
  EchoService::Counters& counters() { return counters_; }

  void start() {
    auto thread = RuntimeThread::start(quiet());
    ASSERT_TRUE(thread.has_value()) << thread.error().message();
    thread_ = std::move(*thread);
    const auto opened = thread_->call([this] { return open(this); });
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
  }
  // The service's thread does nothing until then.
  void freeze(std::future<void> until) {
    thread_->runtime().executor().submit([held = std::move(until)]() mutable { held.get(); });
  }
  void stop() {
    if (!thread_) return;
    thread_->call([this] { return close(this); });
    thread_->stop();
    thread_.reset();
  }

 private:
  static Task<Result<void>> open(EchoHost* host) {
    RealRuntime& runtime = host->thread_->runtime();
    host->service_ = std::make_unique<EchoService>(runtime, host->options_.rpc, host->counters_);
    if (is_inproc(host->options_.transport)) {
      host->hub_.listen(host->address_, runtime.executor(), host->service_->server());
      co_return Result<void>();
    }
    host->tcp_ = std::make_unique<TcpTransport>(runtime, runtime.sockets());
    host->shm_ = std::make_unique<ShmTransport>(runtime, host->options_.shm);
    const std::string provider = fabric_provider(host->options_.transport);
    if (!provider.empty()) {
      host->fabric_ = std::make_unique<FabricTransport>(runtime, fabric_options(host->options_.transport));
      FIRN_CO_CHECK(host->fabric_->open());
    }
    FIRN_CO_TRY(host->listener_, listen(host, runtime));
    host->listen_uri_ = host->listener_->uri();
    host->address_.uri = provider.empty() ? host->listen_uri_ : fabric_uri(provider, host->listen_uri_);
    co_return Result<void>();
  }
  static Result<std::unique_ptr<TcpListener>> listen(EchoHost* host, RealRuntime& runtime) {
    const TcpListener::Options options = host->options_.listener;
    TcpListener::Hooks hooks{
        .check = [](uint32_t target) -> Result<void> {
          if (target == kTarget) return {};
          return fail(Code::not_found, "no such target here").on("target", target);
        },
        .route = [host](uint32_t, int descriptor, std::string) { host->adopt(descriptor); }};
    if (is_shm(host->options_.transport)) {
      return listen_shm(runtime, host->socket_path_, std::move(hooks), options);
    }
    if (host->fabric_) {
      hooks.route_fabric = [host](uint32_t, int fabric_descriptor, FabricContact client) {
        host->fabric_->adopt(fabric_descriptor, std::move(client), host->service_->server());
      };
    }
    return TcpListener::listen(runtime, runtime.sockets(), host->listen_uri_, std::move(hooks), options);
  }
  void adopt(int descriptor) {
    if (is_shm(options_.transport)) {
      shm_->adopt(descriptor, service_->server());
    } else {
      tcp_->adopt(descriptor, service_->server());
    }
  }
  static Task<int> close(EchoHost* host) {
    host->hub_.unlisten(host->address_);
    if (host->listener_) co_await host->listener_->close();
    host->listener_.reset();
    co_await host->service_->server().close();
    host->service_.reset();
    if (host->fabric_) co_await host->fabric_->close();
    host->fabric_.reset();
    co_return 0;
  }

  InprocHub& hub_;
  const Options options_;
  std::string listen_uri_ = "tcp://127.0.0.1:0";
  Address address_;
  EchoService::Counters counters_;
  std::unique_ptr<RuntimeThread> thread_;
  std::unique_ptr<EchoService> service_;
  std::unique_ptr<TcpTransport> tcp_;
  std::unique_ptr<ShmTransport> shm_;
  std::unique_ptr<FabricTransport> fabric_;
  std::unique_ptr<TcpListener> listener_;
  std::string socket_path_;  // shm
};

// The client's side, in the test's own thread.
class EchoClient {
 public:
  EchoClient(InprocHub& hub, TestTransport transport, RpcClientOptions options)
      : epoll_(client_on_epoll(transport) ? std::move(*EpollRuntime::create(quiet_log())) : nullptr),
        real_(epoll_ ? nullptr : std::move(*RealRuntime::create(quiet()))),
        transport_(make(hub, transport)),
        rpc_(std::make_unique<RpcClient>(runtime(), *transport_, options)) {}
  ~EchoClient() {
    run(rpc_->close());
    if (auto* const fabric = dynamic_cast<FabricTransport*>(transport_.get())) run(fabric->close());
  }

  RpcClient& rpc() { return *rpc_; }
  Executor& executor() { return runtime().executor(); }
  HostRuntime& runtime() { return epoll_ ? static_cast<HostRuntime&>(*epoll_) : *real_; }
  Transport& transport() { return *transport_; }
  template <class T>
  T run(Task<T> task) {
    return epoll_ ? epoll_->run(std::move(task)) : real_->run(std::move(task));
  }

 private:
  static Log& quiet_log() {
    static StderrLog log(LogLevel::error);
    return log;
  }
  std::unique_ptr<Transport> make(InprocHub& hub, TestTransport transport) {
    if (is_inproc(transport)) return std::make_unique<InprocTransport>(executor(), hub);
    if (is_shm(transport)) return std::make_unique<ShmTransport>(runtime());
    if (!fabric_provider(transport).empty()) {
      return std::make_unique<FabricTransport>(*real_, fabric_options(transport));
    }
    return std::make_unique<TcpTransport>(runtime(), runtime().sockets());
  }

  std::unique_ptr<EpollRuntime> epoll_;
  std::unique_ptr<RealRuntime> real_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<RpcClient> rpc_;
};

}  // namespace firn::net

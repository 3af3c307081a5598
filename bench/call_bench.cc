// call_bench: one small object operation after the other through client, TCP, engine and store, all in one
// thread and one loop, so that callgrind can say which instructions a call costs:
//
//   valgrind --tool=callgrind --toggle-collect='*measured*' call_bench fetch 2000
//
// call_bench fetch|update COUNT [DIRECTORY]. Without valgrind it prints the time of a call, of which two
// loops in two threads would share the work. DIRECTORY (default /dev/shm) is where the store is made.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "client/object.h"
#include "control/memory_meta_store.h"
#include "engine/engine.h"
#include "model/object_id.h"
#include "net/tcp_listener.h"
#include "net/tcp_transport.h"
#include "runtime/real_runtime.h"

namespace firn {
namespace {

constexpr size_t kValueBytes = 64;
constexpr uint64_t kKeys = 1000;

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "call_bench: {}\n", result.error().message());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// An engine of one target, and a client of it.
class OneThread {
 public:
  explicit OneThread(const std::string& directory)
      : runtime_(must(RealRuntime::create({.storage_root = directory, .log_level = LogLevel::error}))),
        tcp_(*runtime_, runtime_->sockets()),
        engine_(*runtime_, {runtime_.get()}, meta_, options()) {
    for (uint64_t i = 0; i < kKeys; i++) keys_.push_back(fmt::format("key-{:012}", i));
    must(runtime_->run(engine_.start()));
    must(listen());
    client_ =
        std::make_unique<client::Client>(*runtime_, tcp_, Address{listener_->uri()}, client::ClientOptions{});
    must(runtime_->run(client_->create_pool({.label = "tank", .capacity_bytes = 1ull << 28})));
    must(runtime_->run(client_->create_container({.pool = "tank", .label = "home"})));
    auto pool = must(runtime_->run(client_->connect_pool("tank")));
    container_ = must(runtime_->run(pool->open_container("home")));
  }
  ~OneThread() { runtime_->run(close(this)); }

  void run(bool update, uint64_t count) { must(runtime_->run(operations(this, update, count))); }
  // The same under a name that a profiler can be told.
  [[gnu::noinline]] void run_measured(bool update, uint64_t count) { run(update, count); }

 private:
  static engine::EngineOptions options() {
    engine::EngineOptions options;
    options.disk_free_bytes = [] { return uint64_t{1} << 40; };
    return options;
  }
  Result<void> listen() {
    net::TcpListener::Hooks hooks;
    hooks.route = [this](uint32_t target, int descriptor, const std::string&) {
      tcp_.adopt(descriptor, engine_.acceptor(target));
    };
    FIRN_TRY(listener_,
             net::TcpListener::listen(*runtime_, runtime_->sockets(), "tcp://127.0.0.1:0", std::move(hooks)));
    engine_.set_uri(listener_->uri());
    return {};
  }
  static Task<Result<void>> operations(OneThread* self, bool update, uint64_t count) {
    client::Object object =
        self->container_->open(make_object_id({0, 1}, ObjectType::multi_hashed, kClassS1, 1));
    std::string value(kValueBytes, 'x');
    const MutableBytes room{reinterpret_cast<std::byte*>(value.data()), value.size()};
    for (uint64_t i = 0; i < count; i++) {
      Key key = self->keys_[i % kKeys];
      if (update) {
        std::vector<UpdateItem> items{{.akey = "a", .record_bytes = value.size()}};
        FIRN_CO_CHECK(co_await object.update(std::move(key), std::move(items), {as_bytes(value)}));
      } else {
        std::vector<client::FetchTarget> targets;
        targets.push_back({{.akey = "a"}, {room}});
        FIRN_CO_CHECK(co_await object.fetch(std::move(key), std::move(targets)));
      }
    }
    co_return Result<void>();
  }
  static Task<int> close(OneThread* self) {
    self->container_.reset();
    co_await self->client_->close();
    co_await self->listener_->close();
    co_await self->engine_.close();
    co_return 0;
  }

  std::vector<Key> keys_;
  std::unique_ptr<RealRuntime> runtime_;
  control::MemoryMetaStore meta_;
  net::TcpTransport tcp_;
  engine::Engine engine_;
  std::unique_ptr<net::TcpListener> listener_;
  std::unique_ptr<client::Client> client_;
  std::shared_ptr<client::Container> container_;
};

void run(bool update, uint64_t count, const std::string& directory) {
  {
    OneThread all(directory);
    all.run(true, kKeys);
    all.run(update, kKeys);
    const auto begin = std::chrono::steady_clock::now();
    all.run_measured(update, count);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{:.0f} ns a call\n", took.count() / static_cast<double>(count));
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace firn

int main(int argc, char** argv) {
  const std::string_view operation = argc > 1 ? argv[1] : "";
  if (argc < 3 || (operation != "fetch" && operation != "update")) {
    fmt::print(stderr, "call_bench fetch|update COUNT [DIRECTORY]\n");
    return 2;
  }
  const std::string directory =
      fmt::format("{}/firn-call-bench-{}", argc > 3 ? argv[3] : "/dev/shm", ::getpid());
  firn::run(operation == "update", std::strtoull(argv[2], nullptr, 10), directory);
  return 0;
}

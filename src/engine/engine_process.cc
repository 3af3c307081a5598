// An engine in this process; see engine_process.h.
#include "engine/engine_process.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "control/sqlite_meta_store.h"
#include "net/tcp_address.h"

namespace firn::engine {

namespace {

// A peer that hangs may keep a target's memory for so long.
constexpr Duration kFabricFenceAfter = std::chrono::seconds(5);

// For steps that run in another thread and cannot fail.
template <class Function>
Task<bool> run_here(Function function) {
  function();
  co_return true;
}

Task<bool> close_the(net::FabricTransport* fabric) {
  co_await fabric->close();
  co_return true;
}

Task<Result<void>> start_the(Engine* engine) { co_return co_await engine->start(); }

Task<bool> close_all(net::HttpServer* admin, std::vector<net::TcpListener*> listeners, Engine* engine) {
  // The listeners first, so that no connection comes to a closed target.
  if (admin != nullptr) co_await admin->close();
  for (net::TcpListener* const listener : listeners) {
    if (listener != nullptr) co_await listener->close();
  }
  co_await engine->close();
  co_return true;
}

}  // namespace

uint64_t cache_bytes_for(uint64_t host_bytes, uint32_t targets) {
  return std::clamp<uint64_t>(host_bytes / 16 / targets, 64 << 20, 4ull << 30);
}

Result<std::unique_ptr<EngineProcess>> EngineProcess::start(std::string directory,
                                                            EngineProcessOptions options) {
  FIRN_TRY(SystemDirectory taken, SystemDirectory::open(std::move(directory), options.target_count));
  std::unique_ptr<EngineProcess> process(new EngineProcess(std::move(taken), std::move(options)));
  FIRN_CHECK(process->start_all());
  return process;
}

EngineProcess::EngineProcess(SystemDirectory directory, EngineProcessOptions options)
    : directory_(std::move(directory)), options_(std::move(options)) {}

EngineProcess::~EngineProcess() { stop(); }

Result<void> EngineProcess::start_all() {
  FIRN_TRY(meta_, control::SqliteMetaStore::open(directory_.metadata_path()));
  FIRN_CHECK(start_threads());
  FIRN_CHECK(start_engine());
  FIRN_CHECK(start_fabrics());
  FIRN_CHECK(start_listening());
  FIRN_CHECK(start_admin());
  return register_with_hub();
}

Result<void> EngineProcess::start_threads() {
  for (uint32_t i = 0; i < target_count() + 1; i++) {
    FIRN_TRY(auto thread, RuntimeThread::start({.storage_root = directory_.path(),
                                                .device_kind = options_.device_kind,
                                                .log_level = options_.log_level,
                                                .loop = options_.loop}));
    RealRuntime& runtime = thread->runtime();
    transports_.push_back(std::make_unique<net::TcpTransport>(runtime, runtime.sockets()));
    local_transports_.push_back(std::make_unique<net::ShmTransport>(runtime));
    threads_.push_back(std::move(thread));
  }
  return {};
}

EngineOptions EngineProcess::engine_options() {
  TargetOptions target = options_.target;
  target.store.cache_bytes =
      options_.cache_bytes > 0 ? options_.cache_bytes : cache_bytes_for(host_memory_bytes(), target_count());
  return {.control = {.version = options_.version},
          .disk_free_bytes = [this] { return directory_.free_bytes(); },
          .target = target};
}

Result<void> EngineProcess::start_engine() {
  std::vector<Runtime*> targets;
  for (uint32_t i = 0; i < target_count(); i++) targets.push_back(&threads_[i]->runtime());
  RuntimeThread& control = *threads_.back();
  engine_ = std::make_unique<Engine>(control.runtime(), std::move(targets), *meta_, engine_options());
  return control.call([this] { return start_the(engine_.get()); });
}

// Here, so that a fabric that is not there stops the start and not each client.
Result<void> EngineProcess::start_fabrics() {
  if (!options_.fabric || options_.listen.empty()) return {};
  FIRN_TRY(const net::TcpAddress address, net::parse_tcp_address(options_.listen.front()));
  const bool any_host = address.host == "0.0.0.0" || address.host == "::";
  const net::FabricOptions fabric{.choice = *options_.fabric,
                                  .host = any_host ? "" : address.host,
                                  .limits = {.fence_after = kFabricFenceAfter}};
  for (const auto& thread : threads_) {
    fabrics_.push_back(std::make_unique<net::FabricTransport>(thread->runtime(), fabric));
    net::FabricTransport* const opening = fabrics_.back().get();
    Result<void> opened;
    thread->call([&] { return run_here([&] { opened = opening->open(); }); });
    FIRN_CHECK(std::move(opened));
  }
  return {};
}

Result<void> EngineProcess::start_listening() {
  return in_control_thread([this](RealRuntime&) -> Result<void> {
    if (!options_.listen.empty()) FIRN_CHECK(listen_tcp());
    if (!options_.local_socket.empty()) FIRN_CHECK(listen_local());
    return {};
  });
}

Result<void> EngineProcess::start_admin() {
  if (options_.admin.empty()) return {};
  admin_ = std::make_unique<AdminService>(*engine_, [this] { return host_figures(); });
  return in_control_thread([this](RealRuntime& runtime) -> Result<void> {
    const auto handler = [this](std::string path) { return admin_->answer(std::move(path)); };
    FIRN_TRY(admin_server_, net::HttpServer::listen(runtime, runtime.sockets(), options_.admin, handler));
    admin_uri_ = admin_server_->uri();
    return {};
  });
}

Result<void> EngineProcess::in_control_thread(std::function<Result<void>(RealRuntime& runtime)> step) {
  RuntimeThread& control = *threads_.back();
  Result<void> result;
  control.call([&] { return run_here([&] { result = step(control.runtime()); }); });
  return result;
}

HostFigures EngineProcess::host_figures() const {
  HostFigures figures{.version = options_.version, .process = {}, .disk_free_bytes = {}};
  if (auto info = process_info()) figures.process = *info;
  if (auto free = directory_.free_bytes()) figures.disk_free_bytes = *free;
  return figures;
}

// In the control thread, as those that follow.
Result<void> EngineProcess::listen_tcp() {
  RealRuntime& runtime = threads_.back()->runtime();
  std::string all;
  for (const std::string& uri : options_.listen) {
    FIRN_TRY(auto listener, net::TcpListener::listen(runtime, runtime.sockets(), uri, hooks(false)));
    uris_.push_back(listener->uri());
    all += (all.empty() ? "" : " ") + listener->uri();
    listeners_.push_back(std::move(listener));
  }
  engine_->set_uri(std::move(all));
  return {};
}

Result<void> EngineProcess::listen_local() {
  if (options_.local_socket != EngineProcessOptions::kOwnSocket)
    return listen_local_at(options_.local_socket);
  const auto listening = listen_local_at(directory_.path() + "/engine.socket");
  if (!listening) {
    threads_.back()->runtime().log().warning("no shared memory for clients: " + listening.error().message());
  }
  return {};
}

Result<void> EngineProcess::listen_local_at(std::string path) {
  path = std::filesystem::absolute(path).string();
  FIRN_TRY(local_listener_, net::listen_shm(threads_.back()->runtime(), path, hooks(true)));
  FIRN_TRY(std::string uri, net::marked_shm_uri(path));
  engine_->set_local_uri(std::move(uri));
  local_socket_ = std::move(path);
  return {};
}

net::TcpListener::Hooks EngineProcess::hooks(bool local) {
  net::TcpListener::Hooks hooks;
  hooks.check = [this](uint32_t target) -> Result<void> {
    if (target == Address::kControlTarget || target < target_count()) return {};
    return fail(Code::not_found, "the engine does not have this target").on("target", target);
  };
  hooks.route = [this, local](uint32_t target, int descriptor, const std::string&) {
    route(target, Descriptor(descriptor), local);
  };
  if (!local && !fabrics_.empty()) {
    hooks.route_fabric = [this](uint32_t target, int descriptor, net::FabricContact client) {
      route_fabric(target, Descriptor(descriptor), std::move(client));
    };
  }
  return hooks;
}

void EngineProcess::route(uint32_t target, Descriptor connection, bool local) {
  const size_t thread = target == Address::kControlTarget ? threads_.size() - 1 : target;
  threads_[thread]->runtime().executor().submit(
      [this, target, thread, local, held = std::move(connection)]() mutable {
        ChannelAcceptor& acceptor = engine_->acceptor(target);
        if (local) {
          local_transports_[thread]->adopt(held.release(), acceptor);
        } else {
          transports_[thread]->adopt(held.release(), acceptor);
        }
      });
}

// In the control thread.
void EngineProcess::route_fabric(uint32_t target, Descriptor connection, net::FabricContact client) {
  const size_t thread = target == Address::kControlTarget ? threads_.size() - 1 : target;
  threads_[thread]->runtime().executor().submit(
      [this, target, thread, held = std::move(connection), from = std::move(client)]() mutable {
        fabrics_[thread]->adopt(held.release(), std::move(from), engine_->acceptor(target));
      });
}

RuntimeThread& EngineProcess::thread_of(uint32_t target) {
  return target == Address::kControlTarget ? *threads_.back() : *threads_[target];
}

std::vector<uint32_t> EngineProcess::services() const {
  std::vector<uint32_t> all = {Address::kControlTarget};
  for (uint32_t target = 0; target < target_count(); target++) all.push_back(target);
  return all;
}

Result<void> EngineProcess::register_with_hub() {
  if (options_.hub == nullptr) return {};
  for (const uint32_t target : services()) {
    RuntimeThread& thread = thread_of(target);
    bool registered = false;
    thread.call([&] {
      return run_here([&] {
        registered = options_.hub->listen({inproc_uri(), target}, thread.runtime().executor(),
                                          engine_->acceptor(target));
      });
    });
    if (!registered)
      return fail(Code::in_use, "the hub has a service of this address").on("address", inproc_uri());
    in_hub_.push_back(target);
  }
  return {};
}

void EngineProcess::leave_hub() {
  for (const uint32_t target : std::exchange(in_hub_, {})) {
    thread_of(target).call([&] { return run_here([&] { options_.hub->unlisten({inproc_uri(), target}); }); });
  }
}

// A client that comes later is told at once that nobody is there.
void EngineProcess::remove_local_socket() {
  if (local_socket_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(local_socket_, ignored);
  local_socket_.clear();
}

// After the engine: its channels are gone by then.
void EngineProcess::stop_fabrics() {
  for (size_t i = 0; i < fabrics_.size(); i++) {
    threads_[i]->call([this, i] { return close_the(fabrics_[i].get()); });
  }
  fabrics_.clear();
}

void EngineProcess::stop() {
  leave_hub();
  if (engine_ != nullptr) {
    std::vector<net::TcpListener*> listeners = {local_listener_.get()};
    for (const auto& listener : listeners_) listeners.push_back(listener.get());
    threads_.back()->call(
        [&] { return close_all(admin_server_.get(), std::move(listeners), engine_.get()); });
  }
  stop_fabrics();
  for (const auto& thread : threads_) thread->stop();
  admin_server_.reset();
  listeners_.clear();
  admin_.reset();
  local_listener_.reset();
  remove_local_socket();
  engine_.reset();
  transports_.clear();
  local_transports_.clear();
  threads_.clear();
  meta_.reset();
  directory_.release();
}

}  // namespace firn::engine

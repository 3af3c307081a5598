// EngineProcess: an engine in this process, on the real world: threads, files, sockets. A server is one with
// listen addresses, an embedded system one with a hub; it may have both.
//
//   net::InprocHub hub;  // for clients in this process; outlives the engine and its clients
//   EngineProcessOptions options{.listen = {"tcp://0.0.0.0:10001"}, .hub = &hub};
//   FIRN_TRY(auto engine, EngineProcess::start("/var/lib/firn", options));
//   Client client(runtime, transport, Address{engine->inproc_uri()}, {});
//   ...
//   engine->stop();  // after its clients in this process have been closed
//
// Plain code calls this from one thread, which is not a runtime's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "engine/admin_service.h"
#include "engine/engine.h"
#include "engine/system_directory.h"
#include "net/fabric_transport.h"
#include "net/http_server.h"
#include "net/inproc_transport.h"
#include "net/shm_transport.h"
#include "net/tcp_listener.h"
#include "net/tcp_transport.h"
#include "runtime/runtime_thread.h"

namespace firn::engine {

struct EngineProcessOptions {
  // Of a new system; 0: one per core, at most 8. An existing one keeps its number.
  uint32_t target_count = 0;
  // Each "tcp://host:port", port 0: a free one; none: no network. All serve the same: a client finds the
  // targets at the address by which it came.
  std::vector<std::string> listen{};
  std::optional<net::FabricChoice> fabric{};  // serve clients over it too; they come by the same addresses
  std::string admin{};  // "http://host:port" for figures and health, port 0: a free one; empty: none
  // Where clients of this host find it for shared memory: the path of a socket; kOwnSocket: one in the
  // directory, and if that cannot be, a warning; empty: nowhere.
  static constexpr const char* kOwnSocket = "auto";
  std::string local_socket{};
  net::InprocHub* hub = nullptr;  // serve clients of this process, at inproc_uri()
  std::string version{};          // of the program, for people
  LogLevel log_level = LogLevel::info;
  DeviceKind device_kind = DeviceKind::automatic;
  uint64_t cache_bytes = 0;  // for the index of each pool on each target; 0: by cache_bytes_for()
  UringOptions loop{};
  TargetOptions target{};
};

// How much a target may use for each pool's index unless it is told: all targets together a sixteenth of the
// host's memory, each at least 64 MiB and at most 4 GiB.
uint64_t cache_bytes_for(uint64_t host_bytes, uint32_t targets);

class EngineProcess {
 public:
  // Blocks until the engine serves. Code::in_use (another process has the directory, or the port is taken),
  // version, corrupt, invalid, permission, unsupported (no io_uring, no such fabric), io; all with what to
  // do.
  static Result<std::unique_ptr<EngineProcess>> start(std::string directory, EngineProcessOptions options);
  // Stops it if that has not been done.
  ~EngineProcess();

  // Turns clients away, waits for what is being done, closes the stores, ends the threads, gives the
  // directory back. Once, or again without effect.
  void stop();

  // Where it listens, in the order given, with the ports it got.
  const std::vector<std::string>& uris() const { return uris_; }
  // The first of them; empty without network.
  std::string uri() const { return uris_.empty() ? "" : uris_.front(); }
  // Where the admin port is, likewise.
  const std::string& admin_uri() const { return admin_uri_; }
  // The path of the socket for shared memory; empty without one.
  const std::string& local_socket() const { return local_socket_; }
  // Where clients of this process find it, by the hub.
  std::string inproc_uri() const { return "inproc://" + directory_.path(); }
  uint32_t target_count() const { return directory_.target_count(); }
  const std::string& directory() const { return directory_.path(); }

 private:
  EngineProcess(SystemDirectory directory, EngineProcessOptions options);
  Result<void> start_all();
  Result<void> start_threads();
  Result<void> start_engine();
  Result<void> start_fabrics();
  Result<void> start_listening();
  Result<void> start_admin();
  Result<void> in_control_thread(std::function<Result<void>(RealRuntime& runtime)> step);
  HostFigures host_figures() const;
  Result<void> listen_tcp();
  Result<void> listen_local();
  Result<void> listen_local_at(std::string path);
  net::TcpListener::Hooks hooks(bool local);
  void remove_local_socket();
  Result<void> register_with_hub();
  void leave_hub();
  void stop_fabrics();
  void route(uint32_t target, Descriptor connection, bool local);
  void route_fabric(uint32_t target, Descriptor connection, net::FabricContact client);
  RuntimeThread& thread_of(uint32_t target);
  std::vector<uint32_t> services() const;
  EngineOptions engine_options();

  SystemDirectory directory_;
  const EngineProcessOptions options_;
  std::vector<std::string> uris_;
  std::string admin_uri_;
  std::string local_socket_;
  std::unique_ptr<control::MetaStore> meta_;
  std::vector<std::unique_ptr<RuntimeThread>> threads_;         // the targets', and behind them control's
  std::vector<std::unique_ptr<net::TcpTransport>> transports_;  // of the same threads
  std::vector<std::unique_ptr<net::ShmTransport>> local_transports_;
  std::vector<std::unique_ptr<net::FabricTransport>> fabrics_;  // likewise, if there is a fabric
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<AdminService> admin_;
  // These in the control thread.
  std::vector<std::unique_ptr<net::TcpListener>> listeners_;
  std::unique_ptr<net::TcpListener> local_listener_;
  std::unique_ptr<net::HttpServer> admin_server_;
  std::vector<uint32_t> in_hub_;  // services registered there
};

}  // namespace firn::engine

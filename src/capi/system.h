// System: one system this process talks to: a server's address, or a directory, with the engine in this
// process. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/engine_process.h"
#include "net/inproc_transport.h"
#include "runtime/epoll_runtime.h"
#include "runtime/transport.h"

namespace firn::capi {

class System {
 public:
  explicit System(std::string name) : name_(std::move(name)) {}
  // Directory or address.
  const std::string& name() const { return name_; }
  // Starts the engine if that is what there is and it has not been done. Code::not_found: the directory holds
  // no system; errors of EngineProcess::start.
  Result<Address> open();
  // For a client on that runtime. After open(). Code::invalid where the environment wants a transport that is
  // none.
  Result<std::unique_ptr<Transport>> make_transport(EpollRuntime& runtime);
  // Stops the engine. All clients are closed.
  void close();

 private:
  Result<void> start_engine();

  const std::string name_;
  net::InprocHub hub_;
  std::mutex mutex_;
  std::unique_ptr<engine::EngineProcess> engine_;  // guarded by the mutex
};

// The system's name for `sys` of the C API: NULL, "" and "daos_server" stand for the default, which is
// FIRN_SYSTEM, else `system` in /etc/firn/client.yml, else the user's own directory. Others are names in that
// file, directories or addresses. Code::invalid for what is none of it, or if the file makes no sense.
Result<std::string> system_name(const char* sys);

}  // namespace firn::capi

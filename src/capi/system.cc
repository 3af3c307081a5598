// A system this process talks to; see system.h.
#include "capi/system.h"

#include "base/version.h"
#include "net/fabric_address.h"
#include "net/shm_address.h"
#include "net/tcp_transport.h"

namespace firn::capi {

namespace {
constexpr std::string_view kTcpScheme = "tcp://";
}  // namespace

Result<Address> System::open() {
  if (name_.starts_with(kTcpScheme)) return Address{name_};
  if (name_.starts_with(net::kShmScheme) || net::is_fabric_address(name_)) {
    return fail(Code::unsupported, "programs reach servers by TCP only in this version")
        .on("system", name_)
        .remedy("give the server's address as tcp://HOST:PORT");
  }
  const std::scoped_lock lock(mutex_);
  if (!engine_) FIRN_CHECK(start_engine());
  return Address{engine_->inproc_uri()};
}

Result<void> System::start_engine() {
  FIRN_CHECK(engine::SystemDirectory::check_there(name_, false));
  engine::EngineProcessOptions options{.hub = &hub_, .version = kVersion, .log_level = LogLevel::error};
  FIRN_TRY(engine_, engine::EngineProcess::start(name_, options));
  return {};
}

std::unique_ptr<Transport> System::make_transport(EpollRuntime& runtime) {
  if (name_.starts_with(kTcpScheme)) {
    return std::make_unique<net::TcpTransport>(runtime, runtime.sockets());
  }
  return std::make_unique<net::InprocTransport>(runtime.executor(), hub_);
}

void System::close() {
  const std::scoped_lock lock(mutex_);
  engine_.reset();
}

}  // namespace firn::capi

// A system this process talks to; see system.h.
#include "capi/system.h"

#include <cstdlib>

#include "base/version.h"
#include "net/fabric_address.h"
#include "net/nearest_transport.h"
#include "net/shm_address.h"

namespace firn::capi {

namespace {
constexpr std::string_view kTcpScheme = "tcp://";
}  // namespace

Result<Address> System::open() {
  if (name_.starts_with(kTcpScheme)) return Address{name_};
  if (name_.starts_with(net::kShmScheme) || net::is_fabric_address(name_)) {
    return fail(Code::unsupported, "programs are told of servers by TCP addresses only in this version")
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

Result<std::unique_ptr<Transport>> System::make_transport(EpollRuntime& runtime) {
  if (!name_.starts_with(kTcpScheme)) return std::make_unique<net::InprocTransport>(runtime.executor(), hub_);
  const char* const wish = std::getenv("FIRN_TRANSPORT");
  const bool any = wish == nullptr || *wish == '\0';
  FIRN_TRY(const auto choice, net::parse_transport_choice(any ? "auto" : wish));
  return std::make_unique<net::NearestTransport>(runtime, choice);
}

void System::close() {
  const std::scoped_lock lock(mutex_);
  engine_.reset();
}

}  // namespace firn::capi

// How a command reaches a server; see server_transport.h.
#include "cli/server_transport.h"

#include <cstdlib>
#include <optional>

#include "net/tcp_address.h"

namespace firn::cli {

namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Wish {
  net::TransportChoice choice = net::TransportChoice::automatic;
  std::optional<net::FabricChoice> fabric;
  bool nothing_else = false;  // than the fabric
};

Result<Wish> wish_for(const std::string& system) {
  Wish wish;
  const std::string transport = environment("FIRN_TRANSPORT");
  if (const std::string chosen = environment("FIRN_FABRIC"); !chosen.empty()) {
    FIRN_TRY(wish.fabric, net::parse_fabric_choice(chosen));
  }
  if (net::is_fabric_address(system)) {
    FIRN_TRY(const net::FabricAddress address, net::parse_fabric_address(system));
    if (!wish.fabric || wish.fabric->provider != address.provider)
      wish.fabric = {.provider = address.provider};
    wish.nothing_else = true;
  } else if (transport == "fabric") {
    wish.nothing_else = true;
  } else if (!transport.empty()) {
    FIRN_TRY(wish.choice, net::parse_transport_choice(transport));
    if (wish.choice != net::TransportChoice::automatic) wish.fabric.reset();
  }
  if (wish.nothing_else) wish.choice = net::TransportChoice::tcp;
  if (wish.nothing_else && !wish.fabric) {
    return fail(Code::invalid, "FIRN_TRANSPORT wants a fabric, and FIRN_FABRIC names none")
        .remedy("set FIRN_FABRIC, e.g. to verbs; fi_info shows what this host has");
  }
  return wish;
}

// For providers on IP: a server on this host is reached from its own address.
std::string own_host(const std::string& system) {
  const std::string tcp_uri =
      net::is_fabric_address(system) ? net::parse_fabric_address(system)->tcp_uri : system;
  const auto address = net::parse_tcp_address(tcp_uri);
  const bool loopback = address && (address->host.starts_with("127.") || address->host == "::1");
  return loopback ? address->host : "";
}

}  // namespace

Result<std::unique_ptr<ServerTransport>> ServerTransport::make(RealRuntime& runtime,
                                                               const std::string& system) {
  FIRN_TRY(Wish wish, wish_for(system));
  std::unique_ptr<ServerTransport> made(new ServerTransport(runtime));
  if (wish.fabric) {
    const std::string provider = wish.fabric->provider;
    made->fabric_ = std::make_unique<net::FabricTransport>(
        runtime, net::FabricOptions{.choice = *std::move(wish.fabric), .host = own_host(system)});
    made->fabric_first_ = std::make_unique<net::FabricFirst>(runtime.log(), *made->fabric_, provider,
                                                             wish.nothing_else ? nullptr : &made->tcp_);
  }
  made->nearest_ = std::make_unique<net::NearestTransport>(runtime, wish.choice, made->fabric_first_.get());
  return made;
}

Task<void> ServerTransport::close() {
  if (fabric_) co_await fabric_->close();
}

}  // namespace firn::cli

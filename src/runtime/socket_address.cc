// Addresses by getaddrinfo; see socket_address.h.
#include "runtime/socket_address.h"

#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include "base/assert.h"
#include "runtime/sync.h"

namespace firn {

namespace {

bool numeric(const std::string& host) {
  in6_addr address{};
  return host.empty() || ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

uint16_t SocketAddress::port() const {
  if (family() == AF_UNIX) return 0;
  if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

std::string SocketAddress::text() const {
  if (family() == AF_UNIX) return "a process of this host";
  char host[NI_MAXHOST] = "?";
  char service[NI_MAXSERV] = "?";
  ::getnameinfo(get(), size, host, sizeof host, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string address = family() == AF_INET6 ? "[" + std::string(host) + "]" : host;
  return address + ":" + service;
}

Result<std::vector<SocketAddress>> resolve(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV | (numeric(host) ? AI_NUMERICHOST : 0);
  addrinfo* found = nullptr;
  const std::string service = std::to_string(port);
  const int result = ::getaddrinfo(host.empty() ? nullptr : host.c_str(), service.c_str(), &hints, &found);
  if (result != 0) {
    return fail(Code::unreachable,
                std::string("the host's address could not be found: ") + ::gai_strerror(result))
        .on("host", host)
        .remedy("check the name, or give a numeric address");
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    FIRN_ASSERT(info->ai_addrlen <= sizeof address.storage);
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.size = info->ai_addrlen;
  }
  FIRN_ASSERT(!addresses.empty());
  return addresses;
}

Task<Result<std::vector<SocketAddress>>> resolve_on(Executor& executor, std::string host, uint16_t port) {
  if (numeric(host)) co_return resolve(host, port);
  OneShot<Result<std::vector<SocketAddress>>> answer(executor);
  std::jthread thread([&] {
    auto addresses = std::make_unique<Result<std::vector<SocketAddress>>>(resolve(host, port));
    executor.submit([&answer, addresses = std::move(addresses)] { answer.set(std::move(*addresses)); });
  });
  auto addresses = co_await answer.wait();
  co_return addresses;
}

}  // namespace firn

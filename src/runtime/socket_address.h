// Addresses of sockets, and as text; of the internet from host and port, of this host from paths
// (runtime/local_socket.h).
#pragma once

#include <string>
#include <vector>

#include <sys/socket.h>

#include "base/error.h"
#include "runtime/executor.h"
#include "runtime/task.h"

namespace firn {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  // 0 for paths.
  uint16_t port() const;
  // "127.0.0.1:80", "[::1]:80", "a process of this host".
  std::string text() const;
};

// All addresses of `host`, at least one; blocks while a name is looked up. An empty host stands for any
// address of this machine. Code::unreachable when there is no such host.
Result<std::vector<SocketAddress>> resolve(const std::string& host, uint16_t port);

// The same without blocking the executor: names are looked up in a thread of their own.
Task<Result<std::vector<SocketAddress>>> resolve_on(Executor& executor, std::string host, uint16_t port);

}  // namespace firn

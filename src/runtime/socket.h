// Stream sockets of the real runtime: TCP, and for listening also sockets within the host. The transports in
// net are the only users. Simulation has no sockets: it implements Transport itself.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "runtime/local_socket.h"
#include "runtime/task.h"

namespace firn {

class Socket {
 public:
  // No operation is in progress when it is destroyed (shutdown, then await them).
  virtual ~Socket() = default;
  // Receives at least one byte; 0 at the peer's orderly end. Code::unreachable when the connection broke.
  virtual Task<Result<size_t>> receive(MutableBytes target) = 0;
  // Receives exactly target.size() bytes; Code::unreachable if the stream ends before.
  virtual Task<Result<void>> receive_all(MutableBytes target) = 0;
  // Sends all parts in order. One send at a time.
  virtual Task<Result<void>> send_all(std::span<const ByteView> parts) = 0;
  // Sends what the socket takes without waiting; gives how many bytes. 0 also where something is wrong, of
  // which send_all tells. Not while a send is in progress.
  virtual size_t send_now(ByteView bytes) {
    (void)bytes;
    return 0;
  }
  // Ends both directions: operations in progress complete soon with Code::unreachable.
  virtual void shutdown() = 0;
  // "address:port" of the other end.
  virtual std::string peer() const = 0;
  // Gives the descriptor away, for another thread's Sockets::adopt; the socket is closed to further use.
  virtual int release() = 0;
};

class ListenSocket {
 public:
  virtual ~ListenSocket() = default;
  // Code::canceled once closed.
  virtual Task<Result<std::unique_ptr<Socket>>> accept() = 0;
  virtual uint16_t port() const = 0;
  // An accept in progress completes soon with Code::canceled.
  virtual void close() = 0;
};

class Sockets {
 public:
  virtual ~Sockets() = default;
  // `host` is a numeric IPv4/IPv6 address or a name; "::" is all IPv6 addresses and no others. Port 0 takes a
  // free one. Code::in_use with the remedy when the port is taken.
  virtual Result<std::unique_ptr<ListenSocket>> listen(std::string host, uint16_t port) = 0;
  // Within this host, at a path; a socket that is there already is replaced, so the caller must know that
  // nobody listens on it. Who may connect is whom the file's permissions let write. Code::invalid,
  // permission, io.
  virtual Result<std::unique_ptr<ListenSocket>> listen_local(std::string path) = 0;
  // Code::unreachable when nobody answers within `timeout`.
  virtual Task<Result<std::unique_ptr<Socket>>> connect(std::string host, uint16_t port,
                                                        Duration timeout) = 0;
  // Takes over a connected descriptor.
  virtual std::unique_ptr<Socket> adopt(int descriptor) = 0;
  // The same within the host.
  virtual std::unique_ptr<LocalSocket> adopt_local(Descriptor descriptor) = 0;
};

}  // namespace firn

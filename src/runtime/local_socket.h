// Stream sockets between processes of one host, named by a path (AF_UNIX): what shared memory needs beside
// itself. They pass a descriptor, carry a byte to wake the peer, and tell when the peer is no more. Listening
// is Sockets::listen_local, taking one over Sockets::adopt_local (runtime/socket.h). Belongs to its
// executor's thread.
#pragma once

#include <cstdint>
#include <string>

#include <sys/socket.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"
#include "runtime/descriptor.h"
#include "runtime/socket_address.h"
#include "runtime/task.h"

namespace firn {

// Who the kernel says is at the other end.
struct PeerProcess {
  pid_t process = -1;
  uid_t user = static_cast<uid_t>(-1);
};

class LocalSocket {
 public:
  // Code::unreachable (nobody listens there, or too many wait to be accepted), Code::permission.
  static Result<Descriptor> connect(const std::string& path);
  explicit LocalSocket(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  LocalSocket(LocalSocket&&) = delete;
  // No receive is in progress (shutdown, then await it).
  virtual ~LocalSocket();

  // At least one byte, 0 at the end; one at a time. A descriptor that came with the bytes goes to `passed`,
  // if that is given; else it is closed. Code::unreachable when the peer is gone.
  Task<Result<size_t>> receive(MutableBytes target, Descriptor* passed = nullptr);
  // Sends what fits into the socket at once, with a copy of the descriptor if one is given; never waits,
  // whatever the peer does. Code::busy if not all bytes fitted, Code::unreachable when the peer is gone.
  Result<void> send_now(ByteView bytes, const Descriptor* passed = nullptr);
  // A receive in progress ends soon, the peer's too.
  void shutdown();
  PeerProcess peer() const;

 protected:
  int descriptor() const { return descriptor_.number(); }
  // recvmsg(), when there is something to receive or the stream has ended; errors negative. -EAGAIN and
  // -EINTR: to be called again.
  virtual Task<int> receive_message(msghdr* message) = 0;

 private:
  Descriptor descriptor_;
  bool receiving_ = false;
};

// The address of a path. Paths longer than an address holds go by their directory's descriptor, which has to
// live until the address has been used.
Result<SocketAddress> local_address(const std::string& path, Descriptor& directory);

// What tells hosts apart, and boots of a host. Code::io where /proc is not there.
Result<std::string> host_identity();
// What tells the directory of `path` from others of the same name in other containers: device and inode.
Result<std::string> directory_identity(const std::string& path);

}  // namespace firn

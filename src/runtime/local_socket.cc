// AF_UNIX sockets; see local_socket.h.
#include "runtime/local_socket.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/assert.h"
#include "runtime/errno_error.h"

namespace firn {

namespace {

constexpr size_t kDescriptorsMax = 4;  // that a peer may pass at once; one is expected

// Room for passed descriptors beside a message.
struct Ancillary {
  alignas(cmsghdr) std::byte bytes[CMSG_SPACE(kDescriptorsMax * sizeof(int))] = {};
};

// Keeps the first descriptor that came with the message, closes all others.
void take_descriptors(msghdr& message, Descriptor* kept) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + i * sizeof(int), sizeof number);
      Descriptor descriptor(number);
      if (kept != nullptr && !kept->valid()) *kept = std::move(descriptor);
    }
  }
}

}  // namespace

Result<SocketAddress> local_address(const std::string& path, Descriptor& directory) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::string name = path;
  if (name.size() >= sizeof local.sun_path) {
    const std::filesystem::path parts(path);
    directory = Descriptor(::open(parts.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid()) return errno_error(errno, "the directory cannot be opened").on("path", path);
    name = "/proc/self/fd/" + std::to_string(directory.number()) + "/" + parts.filename().string();
  }
  if (name.empty() || name.size() >= sizeof local.sun_path) {
    return fail(Code::invalid, "not a path for a socket").on("path", path);
  }
  std::memcpy(local.sun_path, name.data(), name.size());
  SocketAddress address;
  std::memcpy(&address.storage, &local, sizeof local);
  address.size = sizeof local;
  return address;
}

Result<Descriptor> LocalSocket::connect(const std::string& path) {
  Descriptor directory;
  FIRN_TRY(const SocketAddress address, local_address(path, directory));
  // Not blocking: a server that accepts nobody is not waited for.
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!descriptor.valid()) return errno_error(errno, "a socket could not be made").on("path", path);
  if (::connect(descriptor.number(), address.get(), address.size) != 0) {
    const int number = errno;
    Error error = errno_error(number, "connecting to the engine's socket failed").on("path", path);
    if (error.code() == Code::permission) return error;
    return fail(Code::unreachable, "nobody answers at the engine's socket").because(std::move(error));
  }
  // io_uring gives EAGAIN on such descriptors instead of waiting.
  ::fcntl(descriptor.number(), F_SETFL, 0);
  return descriptor;
}

LocalSocket::~LocalSocket() { FIRN_ASSERT(!receiving_); }

Task<Result<size_t>> LocalSocket::receive(MutableBytes target, Descriptor* passed) {
  FIRN_ASSERT(!receiving_);
  while (true) {
    Ancillary ancillary;
    iovec part{target.data(), target.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = ancillary.bytes;
    message.msg_controllen = sizeof ancillary.bytes;
    receiving_ = true;
    const int result = co_await receive_message(&message);
    receiving_ = false;
    if (result >= 0) {
      take_descriptors(message, passed);
      co_return static_cast<size_t>(result);
    }
    if (result != -EINTR && result != -EAGAIN) {
      co_return socket_error(-result, "receiving from a process failed");
    }
  }
}

Result<void> LocalSocket::send_now(ByteView bytes, const Descriptor* passed) {
  Ancillary ancillary;
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (passed != nullptr) {
    message.msg_control = ancillary.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int));
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = passed->number();
    std::memcpy(CMSG_DATA(header), &number, sizeof number);
  }
  const ssize_t sent = ::sendmsg(descriptor_.number(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return {};
  if (sent >= 0 || errno == EAGAIN) return fail(Code::busy, "the process does not take what is sent to it");
  return socket_error(errno, "sending to a process failed");
}

void LocalSocket::shutdown() { ::shutdown(descriptor_.number(), SHUT_RDWR); }

PeerProcess LocalSocket::peer() const {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(descriptor_.number(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  return {credentials.pid, credentials.uid};
}

Result<std::string> host_identity() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string identity;
  if (!std::getline(file, identity) || identity.empty()) {
    return fail(Code::io, "the host's boot id cannot be read").on("file", "/proc/sys/kernel/random/boot_id");
  }
  return identity;
}

Result<std::string> directory_identity(const std::string& path) {
  struct stat status{};
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (::stat(directory.c_str(), &status) != 0)
    return errno_error(errno, "the socket's directory is not there").on("directory", directory);
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace firn

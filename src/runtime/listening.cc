// Making sockets that listen; see listening.h.
#include "runtime/listening.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "runtime/errno_error.h"
#include "runtime/local_socket.h"

namespace firn {

namespace {

constexpr int kBacklog = 512;  // connections that wait to be accepted

Error listen_error(int error_number, const SocketAddress& address) {
  const char* const what = "listening on an address failed";
  if (error_number == EADDRINUSE) {
    return fail(Code::in_use, "the address is taken by another socket")
        .on("address", address.text())
        .remedy("choose another port, or stop who listens there (ss -ltnp shows it)");
  }
  if (error_number == EADDRNOTAVAIL) {
    return fail(Code::invalid, "this machine does not have that address")
        .on("address", address.text())
        .remedy("give one of this machine's addresses (ip address), or 0.0.0.0 for all");
  }
  Error error = errno_error(error_number, what).on("address", address.text());
  if (error.code() != Code::permission) return error;
  return std::move(error).remedy("choose a port above 1023");
}

}  // namespace

Result<Listening> listen_at_host(const std::string& host, uint16_t port) {
  FIRN_TRY(const auto addresses, resolve(host, port));
  SocketAddress address = addresses.front();
  Descriptor descriptor(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor.valid())
    return errno_error(errno, "a socket could not be made").on("address", address.text());
  const int on = 1;
  ::setsockopt(descriptor.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool listening = ::bind(descriptor.number(), address.get(), address.size) == 0 &&
                         ::listen(descriptor.number(), kBacklog) == 0;
  if (!listening) return listen_error(errno, address);
  ::getsockname(descriptor.number(), address.get(), &address.size);  // the port, if any was asked for
  return Listening{std::move(descriptor), address};
}

Result<Listening> listen_at_path(const std::string& path) {
  Descriptor directory;
  FIRN_TRY(const SocketAddress address, local_address(path, directory));
  Descriptor descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor.valid()) return errno_error(errno, "a socket could not be made").on("path", path);
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  if (::bind(descriptor.number(), address.get(), address.size) != 0 ||
      ::listen(descriptor.number(), kBacklog) != 0) {
    return errno_error(errno, "listening on a socket in the directory failed").on("path", path);
  }
  return Listening{std::move(descriptor), address};
}

}  // namespace firn

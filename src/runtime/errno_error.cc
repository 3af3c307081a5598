// Translation of errno; see errno_error.h.
#include "runtime/errno_error.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace firn {

namespace {

Error described(Code code, int error_number, std::string what) {
  const char* const text = ::strerrordesc_np(error_number);
  const char* const name = ::strerrorname_np(error_number);
  what.append(": ").append(text != nullptr ? text : "unknown error");
  return fail(code, std::move(what))
      .on("errno", name != nullptr ? name : std::to_string(error_number).c_str());
}

}  // namespace

Error errno_error(int error_number, std::string what) {
  switch (error_number) {
    case ENOENT:
      return described(Code::not_found, error_number, std::move(what));
    case EEXIST:
      return described(Code::exists, error_number, std::move(what));
    case EACCES:
    case EPERM:
      return described(Code::permission, error_number, std::move(what));
    case EROFS:
      return described(Code::read_only, error_number, std::move(what));
    case ENOSPC:
    case EDQUOT:
      return described(Code::no_space, error_number, std::move(what))
          .remedy("free space on the host's file system, or raise the quota");
    case EMFILE:
    case ENFILE:
      return described(Code::busy, error_number, std::move(what))
          .remedy("raise the limit of open files (ulimit -n)");
    default:
      return described(Code::io, error_number, std::move(what));
  }
}

Error device_error(int error_number, const char* what, const std::string& path, uint64_t offset) {
  Error error = errno_error(error_number, what);
  const Code code = error.code() == Code::no_space ? Code::no_space : Code::io;
  return fail(code, what).on("file", path).on("offset", offset).because(std::move(error));
}

Error socket_error(int error_number, std::string what) {
  switch (error_number) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
    case ENETRESET:
    case ENOTCONN:
    case ESHUTDOWN:
    case EPIPE:
    case ECANCELED:
      return described(Code::unreachable, error_number, std::move(what));
    default:
      return errno_error(error_number, std::move(what));
  }
}

}  // namespace firn

// Errors of the C API; see errors.h.
#include "capi/errors.h"

#include <string>

#include <daos_errno.h>
#include <firn.h>
#include <gurt/common.h>

namespace firn::capi {

namespace {

std::string& last_error() {
  static thread_local std::string text;
  return text;
}

// Programs ask for what may not be there, and make what may be there already: no line for each.
bool expected(Code code) {
  return code == Code::not_found || code == Code::exists || code == Code::no_data || code == Code::canceled;
}

class GurtLog final : public Log {
 public:
  void write(LogLevel level, std::string_view line) override {
    const int priority = priority_of(level);
    if (d_log_check(priority)) d_log(priority, "%.*s\n", static_cast<int>(line.size()), line.data());
  }

 private:
  static int priority_of(LogLevel level) {
    switch (level) {
      case LogLevel::debug:
        return DB_NET;
      case LogLevel::info:
        return DLOG_INFO;
      case LogLevel::warning:
        return DLOG_WARN;
      case LogLevel::error:
        return DLOG_ERR;
    }
    return DLOG_ERR;
  }
};

// "daos_obj_update" of "int daos_obj_update(daos_handle_t, …)"; of helpers without the names around theirs.
std::string_view name_of(const std::source_location& call) {
  std::string_view name = call.function_name();
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  if (const size_t at = name.find(kAnonymous); at != std::string_view::npos)
    name.remove_prefix(at + kAnonymous.size());
  name = name.substr(0, name.find('('));
  return name.substr(name.find_last_of(" :") + 1);
}

std::string explanation(const Error& error, const std::source_location& call) {
  std::string text = std::string(name_of(call)) + ": " + error.message();
  if (!error.remedy().empty()) text += ". What to do: " + std::string(error.remedy());
  return text;
}

}  // namespace

int der_of(Code code) {
  switch (code) {
    case Code::invalid:
    case Code::is_directory:
    case Code::name_too_long:
    case Code::cross_device:
      return -DER_INVAL;
    case Code::not_found:
    case Code::no_data:
      return -DER_NONEXIST;
    case Code::exists:
      return -DER_EXIST;
    case Code::permission:
    case Code::read_only:
      return -DER_NO_PERM;
    case Code::no_space:
      return -DER_NOSPACE;
    case Code::io:
      return -DER_IO;
    case Code::corrupt:
      return -DER_CSUM;
    case Code::busy:
    case Code::in_use:
    case Code::not_empty:
      return -DER_BUSY;
    case Code::timed_out:
      return -DER_TIMEDOUT;
    case Code::canceled:
      return -DER_CANCELED;
    case Code::unreachable:
      return -DER_UNREACH;
    case Code::unsupported:
      return -DER_NOTSUPPORTED;
    case Code::too_big:
      return -DER_REC2BIG;
    case Code::not_directory:
      return -DER_NOTDIR;
    case Code::symlink_loop:
      return -DER_MISC;
    case Code::stale:
      return -DER_STALE;
    case Code::version:
      return -DER_PROTO;
    case Code::in_doubt:
      return -DER_INPROGRESS;
    case Code::restart:
      return -DER_TX_RESTART;
  }
  return -DER_MISC;
}

int report(Result<int> result, const std::source_location& call) {
  if (result) return *result;
  const Error& error = result.error();
  last_error() = explanation(error, call);
  const int priority = expected(error.code()) ? static_cast<int>(DB_TRACE) : static_cast<int>(DLOG_ERR);
  if (d_log_check(priority)) d_log(priority, "%s\n", last_error().c_str());
  return der_of(error.code());
}

Log& library_log() {
  static GurtLog log;
  return log;
}

}  // namespace firn::capi

const char* firn_last_error(void) { return firn::capi::last_error().c_str(); }

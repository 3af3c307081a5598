// Errors that explain themselves: what failed, on what, why (a chain of causes) and what to do about it.
//
// `Result<T>` is what every function returns that can fail for a reason outside the program; a broken
// invariant is an ASSERT (base/assert.h) instead. No exception crosses a function of this project.
//
//   Result<Page> read_page(PageId id) {
//     FIRN_TRY(auto raw, device.read(id));              // passes the error up; `raw` is the value
//     if (!raw.valid()) return fail(Code::corrupt, "page checksum does not match").on("page", id);
//     ...
//   }
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/strong.h"

namespace firn {

// A code exists only if a caller acts on it; everything else is text. Values are stable: they go over the
// wire.
enum class Code : uint16_t {
  invalid = 1,  // the request makes no sense: do not repeat it
  not_found = 2,
  exists = 3,
  permission = 4,
  no_space = 5,
  io = 6,         // a device or the host's file system failed
  corrupt = 7,    // stored or received bytes fail their check
  busy = 8,       // overloaded or held by another: try again later
  timed_out = 9,  // the deadline passed; the outcome may be unknown
  canceled = 10,
  unreachable = 11,  // no connection to the peer, or it broke
  unsupported = 12,  // this version cannot do it
  too_big = 13,      // key, value or message above its limit; or the caller's buffer is too small
  not_empty = 14,
  not_directory = 15,
  is_directory = 16,
  name_too_long = 17,
  symlink_loop = 18,
  stale = 19,         // the caller's map or handle is out of date: refresh and repeat
  version = 20,       // format or protocol version is not one we read
  in_use = 21,        // another process holds the system, or an address is taken
  cross_device = 22,  // source and target are in different containers
  read_only = 23,
  no_data = 24,   // an extended attribute is not there
  in_doubt = 25,  // a transaction that is prepared holds it: ask its coordinator how it ended, then repeat
  restart = 26,   // a transaction comes too late for what others did: begin it again at a later epoch
};

// The code's stable name, e.g. "not_found".
std::string_view code_name(Code code);

class [[nodiscard]] Error {
 public:
  Error(Code code, std::string what);
  Error(Error&& other) noexcept;
  Error& operator=(Error&& other) noexcept;
  ~Error();

  Code code() const { return code_; }
  // One sentence without final stop: what failed.
  const std::string& what() const;
  // What to do about it; empty if there is nothing to say. Searched along the chain of causes, nearest first.
  std::string_view remedy() const;
  // The error that led to this one, or nullptr.
  const Error* cause() const;
  // The whole chain in one line: "what (key=value, …): cause: its cause".
  std::string message() const;

  // The value of a subject added by on(), of this error or the nearest cause that has it; empty if none has.
  std::string_view subject(std::string_view key) const;

  // Errors are rarely shared; where several waiters fail for one reason each takes a copy.
  Error clone() const;

  // Adds on what it failed: .on("pool", label). Values print as text.
  Error&& on(std::string_view key, std::string value) &&;
  Error&& on(std::string_view key, std::string_view value) && {
    return std::move(*this).on(key, std::string(value));
  }
  Error&& on(std::string_view key, const char* value) && {
    return std::move(*this).on(key, std::string(value));
  }
  Error&& on(std::string_view key, uint64_t value) && {
    return std::move(*this).on(key, std::to_string(value));
  }
  Error&& remedy(std::string text) &&;
  // Makes `cause` the reason of this error.
  Error&& because(Error cause) &&;

 private:
  struct Detail;
  Code code_;
  std::unique_ptr<Detail> detail_;
};

// An error under construction that converts to any Result<T>:
//   return fail(Code::not_found, "no such pool").on("pool", label).remedy("firn pool list shows the pools");
inline Error fail(Code code, std::string what) { return Error(code, std::move(what)); }

// The result of a fallible function. `return Error` works because of the converting constructor below.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using Base = std::expected<T, Error>;
  using Base::Base;
  Result() = default;
  Result(Error&& error) : Base(std::unexpect, std::move(error)) {}
  Result(Base&& base) : Base(std::move(base)) {}
};

template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
 public:
  using Base = std::expected<void, Error>;
  using Base::Base;
  Result() = default;
  Result(Error&& error) : Base(std::unexpect, std::move(error)) {}
  Result(Base&& base) : Base(std::move(base)) {}
};

}  // namespace firn

#define FIRN_CONCAT_(a, b) a##b
#define FIRN_CONCAT(a, b) FIRN_CONCAT_(a, b)

#define FIRN_TRY_(tmp, ret, decl, ...)              \
  auto tmp = (__VA_ARGS__);                         \
  if (!tmp.has_value()) ret std::move(tmp).error(); \
  decl = *std::move(tmp)

#define FIRN_CHECK_(tmp, ret, ...)                                              \
  do {                                                                          \
    if (auto tmp = (__VA_ARGS__); !tmp.has_value()) ret std::move(tmp).error(); \
  } while (false)

// FIRN_TRY(auto x, expression) declares or assigns x with the value, or returns the error from the function.
// FIRN_CO_TRY is the same inside a coroutine (the language wants `co_return` there). FIRN_CHECK and
// FIRN_CO_CHECK are for results whose value is not needed.
#define FIRN_TRY(decl, ...) FIRN_TRY_(FIRN_CONCAT(firn_result_, __LINE__), return, decl, __VA_ARGS__)
#define FIRN_CO_TRY(decl, ...) FIRN_TRY_(FIRN_CONCAT(firn_result_, __LINE__), co_return, decl, __VA_ARGS__)
#define FIRN_CHECK(...) FIRN_CHECK_(FIRN_CONCAT(firn_checked_, __LINE__), return, __VA_ARGS__)
#define FIRN_CO_CHECK(...) FIRN_CHECK_(FIRN_CONCAT(firn_checked_, __LINE__), co_return, __VA_ARGS__)

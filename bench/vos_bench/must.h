// must: the value of a result, or the end of the program: a benchmark has nothing to measure after a failure.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "base/error.h"

namespace firn::bench {

[[noreturn]] inline void give_up(const std::string& why) {
  fmt::print(stderr, "{}: {}\n", program_invocation_short_name, why);
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace firn::bench

// FIRN_ASSERT: a statement that cannot be false unless the program is wrong. On in release builds; prints
// where and what, and aborts: continuing with a broken invariant could harm stored data. One fact per assert.
#pragma once

namespace firn {

[[noreturn]] void assert_failed(const char* condition, const char* file, int line);

}  // namespace firn

#define FIRN_ASSERT(condition)                               \
  do {                                                       \
    if (!(condition)) [[unlikely]]                           \
      ::firn::assert_failed(#condition, __FILE__, __LINE__); \
  } while (false)

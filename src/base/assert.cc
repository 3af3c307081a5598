// FIRN_ASSERT's failure path; see assert.h.
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace firn {

void assert_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "firn: assertion failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace firn

/* What the C programs of this folder check with: the first thing that is not as it should be ends them. */
#ifndef FIRN_TESTS_EXPECT_H
#define FIRN_TESTS_EXPECT_H

#include <firn.h>
#include <stdio.h>
#include <stdlib.h>

static inline void check_number(long long got, long long expected, const char* what, int line) {
  if (got == expected) return;
  printf("line %d: %s is %lld, not %lld (%s)\n", line, what, got, expected, firn_last_error());
  exit(1);
}
#define EXPECT(got, expected) check_number((long long)(got), (long long)(expected), #got, __LINE__)

#endif

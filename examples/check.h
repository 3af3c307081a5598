/* How the examples end when a call fails: with its name, what it returned, and what Firn says about it. */
#ifndef FIRN_EXAMPLES_CHECK_H
#define FIRN_EXAMPLES_CHECK_H

#include <firn.h>
#include <stdio.h>
#include <stdlib.h>

static inline void check_call(int rc, const char* call) {
  if (rc == 0) return;
  fprintf(stderr, "%s\nreturned %d: %s\n", call, rc, firn_last_error());
  exit(1);
}
#define CHECK(call) check_call((call), #call)

#endif

/* Failures on purpose. Firn injects them in its simulator; these functions never do. */
#ifndef FIRN_GURT_FAULT_INJECT_H
#define FIRN_GURT_FAULT_INJECT_H

#include <gurt/debug.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

struct d_fault_attr_t {
  uint32_t fa_id;
  uint32_t fa_interval;
  uint64_t fa_max_faults;
  uint64_t fa_num_faults;
  uint64_t fa_num_hits;
  char* fa_argument;
  int32_t fa_err_code;
  uint32_t fa_probability_x;
  uint32_t fa_probability_y;
};

#define d_fault_attr_mem ((struct d_fault_attr_t*)NULL)
#define d_fault_inject 0

/* false */
bool d_should_fail(struct d_fault_attr_t* fault_attr_ptr);

#define D_SHOULD_FAIL(fault_attr) d_should_fail(fault_attr)

#if defined(__cplusplus)
}
#endif

#endif

/* Types that all other public headers share: buffers, scatter lists, ranks. */
#ifndef FIRN_GURT_TYPES_H
#define FIRN_GURT_TYPES_H

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Not declared by <time.h> in strict C99. */
struct timespec;

/* A UUID that can be assigned. */
struct d_uuid {
  uuid_t uuid;
};

/* A buffer: its capacity, and how many bytes of it hold data. */
typedef struct {
  void* iov_buf;
  size_t iov_buf_len;
  size_t iov_len;
} d_iov_t;

/* Buffers that are used one after the other; sg_nr_out of them were filled. */
typedef struct {
  uint32_t sg_nr;
  uint32_t sg_nr_out;
  d_iov_t* sg_iovs;
} d_sg_list_t;

/* The number of an engine. */
typedef uint32_t d_rank_t;

typedef struct {
  d_rank_t* rl_ranks;
  uint32_t rl_nr;
} d_rank_list_t;

typedef d_rank_list_t* d_rank_list_ptr_t;

/* lo to hi, both included. */
typedef struct {
  d_rank_t lo;
  d_rank_t hi;
} d_rank_range_t;

typedef struct {
  d_rank_range_t* rrl_ranges;
  uint32_t rrl_nr;
} d_rank_range_list_t;

typedef char* d_string_t;
typedef const char* d_const_string_t;

/* Text that grows; see d_write_string_buffer(). */
struct d_string_buffer_t {
  int status;
  size_t str_size;
  size_t buf_size;
  char* str;
};

/* The whole buffer, full. */
static inline void d_iov_set(d_iov_t* iov, void* buf, size_t size) {
  iov->iov_buf = buf;
  iov->iov_buf_len = size;
  iov->iov_len = size;
}

#if defined(__cplusplus)
}
#endif

#endif

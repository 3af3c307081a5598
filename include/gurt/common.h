/* Memory, strings, environment, ranks, scatter lists, hashes, time: what programs of this field use
 * everywhere. */
#ifndef FIRN_GURT_COMMON_H
#define FIRN_GURT_COMMON_H

#include <byteswap.h>
#include <daos_errno.h>
#include <errno.h>
#include <gurt/debug.h>
#include <gurt/fault_inject.h>
#include <gurt/types.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Names that other projects have as well: theirs stay. */

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif
#ifndef container_of
#define container_of(ptr, type, member) ((type*)((char*)(ptr) - offsetof(type, member)))
#endif
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]))
#endif
#ifndef MIN
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#endif
/* In C++ these are functions of the library. */
#if !defined(__cplusplus)
#ifndef min
#define min(x, y) ((x) < (y) ? (x) : (y))
#endif
#ifndef max
#define max(x, y) ((x) > (y) ? (x) : (y))
#endif
#endif
#ifndef NSEC_PER_SEC
#define NSEC_PER_SEC 1000000000
#endif
#ifndef NSEC_PER_MSEC
#define NSEC_PER_MSEC 1000000
#endif
#ifndef NSEC_PER_USEC
#define NSEC_PER_USEC 1000
#endif

#define D_ALIGNUP(x, a) (((x) + ((a) - 1)) & ~((a) - 1))
#define D_BIT_IS_SET(val, bit) (((val) & (bit)) ? 1 : 0)
#define D_SWAP16(x) bswap_16(x)
#define D_SWAP32(x) bswap_32(x)
#define D_SWAP64(x) bswap_64(x)

/* Memory. What these return d_free() frees, and so does free(). NULL: out of memory. */

void* d_calloc(size_t nmemb, size_t size);
void* d_malloc(size_t size);
void* d_realloc(void* ptr, size_t size);
void d_free(void* ptr);
void* d_aligned_alloc(size_t alignment, size_t size, bool zero);
char* d_strndup(const char* s, size_t n);
int d_asprintf(char** strp, const char* fmt, ...) __attribute__((__format__(__printf__, 2, 3)));
/* *rc: the length, or -1 if NULL is returned. */
char* d_asprintf2(int* rc, const char* fmt, ...) __attribute__((__format__(__printf__, 2, 3)));
/* As realpath(3). */
char* d_realpath(const char* path, char* resolved_path);

/* The same as statements that set `ptr`, and log a failure. Without _NZ the memory is zeroed. */

#define FIRN_CHECK_ALLOC(ptr, what, size)                                                    \
  do {                                                                                       \
    if ((ptr) == NULL) D_ERROR("out of memory: %zu bytes for '%s'\n", (size_t)(size), what); \
  } while (0)

#define D_ALLOC_CORE(ptr, size, count)                     \
  do {                                                     \
    (ptr) = (__typeof__(ptr))d_calloc((count), (size));    \
    FIRN_CHECK_ALLOC(ptr, #ptr, (size_t)(count) * (size)); \
  } while (0)
#define D_ALLOC_CORE_NZ(ptr, size, count)                        \
  do {                                                           \
    (ptr) = (__typeof__(ptr))d_malloc((size_t)(count) * (size)); \
    FIRN_CHECK_ALLOC(ptr, #ptr, (size_t)(count) * (size));       \
  } while (0)

#define D_ALLOC(ptr, size) D_ALLOC_CORE(ptr, size, 1)
#define D_ALLOC_PTR(ptr) D_ALLOC(ptr, sizeof(*(ptr)))
#define D_ALLOC_ARRAY(ptr, count) D_ALLOC_CORE(ptr, sizeof(*(ptr)), count)
#define D_ALLOC_NZ(ptr, size) D_ALLOC_CORE_NZ(ptr, size, 1)
#define D_ALLOC_PTR_NZ(ptr) D_ALLOC_NZ(ptr, sizeof(*(ptr)))
#define D_ALLOC_ARRAY_NZ(ptr, count) D_ALLOC_CORE_NZ(ptr, sizeof(*(ptr)), count)

#define D_ALIGNED_ALLOC(ptr, alignment, size)                        \
  do {                                                               \
    (ptr) = (__typeof__(ptr))d_aligned_alloc(alignment, size, true); \
    FIRN_CHECK_ALLOC(ptr, #ptr, size);                               \
  } while (0)
#define D_ALIGNED_ALLOC_NZ(ptr, alignment, size)                      \
  do {                                                                \
    (ptr) = (__typeof__(ptr))d_aligned_alloc(alignment, size, false); \
    FIRN_CHECK_ALLOC(ptr, #ptr, size);                                \
  } while (0)

#define D_STRNDUP(ptr, s, n)        \
  do {                              \
    (ptr) = d_strndup(s, n);        \
    FIRN_CHECK_ALLOC(ptr, #ptr, n); \
  } while (0)
/* For a text whose size the compiler knows. */
#define D_STRNDUP_S(ptr, s) D_STRNDUP(ptr, s, sizeof(s))
#define D_ASPRINTF(ptr, ...)                    \
  do {                                          \
    int length_;                                \
    (ptr) = d_asprintf2(&length_, __VA_ARGS__); \
    FIRN_CHECK_ALLOC(ptr, #ptr, 0);             \
  } while (0)
#define D_REALPATH(ptr, path) ((ptr) = d_realpath((path), NULL))

/* Moves what oldptr has; then oldptr is NULL. If there is no memory newptr is NULL and oldptr stays. */
#define FIRN_REALLOC(newptr, oldptr, old_bytes, bytes)                                     \
  do {                                                                                     \
    const size_t old_bytes_ = (old_bytes);                                                 \
    const size_t bytes_ = (bytes);                                                         \
    (newptr) = (__typeof__(newptr))d_realloc((oldptr), bytes_ == 0 ? 1 : bytes_);          \
    FIRN_CHECK_ALLOC(newptr, #newptr, bytes_);                                             \
    if ((newptr) == NULL) break;                                                           \
    (oldptr) = NULL;                                                                       \
    if (old_bytes_ < bytes_) memset((char*)(newptr) + old_bytes_, 0, bytes_ - old_bytes_); \
  } while (0)
#define D_REALLOC(newptr, oldptr, oldsize, size) FIRN_REALLOC(newptr, oldptr, oldsize, size)
#define D_REALLOC_ARRAY(newptr, oldptr, oldcount, count) \
  FIRN_REALLOC(newptr, oldptr, (size_t)(oldcount) * sizeof(*(oldptr)), (size_t)(count) * sizeof(*(oldptr)))
/* The new part is not zeroed. */
#define D_REALLOC_NZ(newptr, oldptr, size) FIRN_REALLOC(newptr, oldptr, size, size)
#define D_REALLOC_ARRAY_NZ(newptr, oldptr, count) \
  D_REALLOC_NZ(newptr, oldptr, (size_t)(count) * sizeof(*(oldptr)))
/* All of it is zeroed. */
#define D_REALLOC_Z(newptr, oldptr, size) FIRN_REALLOC(newptr, oldptr, 0, size)
#define D_REALLOC_ARRAY_Z(newptr, oldptr, count) \
  D_REALLOC_Z(newptr, oldptr, (size_t)(count) * sizeof(*(oldptr)))

#define D_FREE(ptr) \
  do {              \
    d_free(ptr);    \
    (ptr) = NULL;   \
  } while (0)

/* Evaluates rc, then jumps. */
#define D_GOTO(label, rc) \
  do {                    \
    (void)(rc);           \
    goto label;           \
  } while (0)

/* Locks. The value is a DER_ error; misuse ends the program. */

#define FIRN_PTHREAD(call)                                         \
  __extension__({                                                  \
    const int result_ = (call);                                    \
    D_ASSERTF(result_ == 0, "%s: %s\n", #call, strerror(result_)); \
    d_errno2der(result_);                                          \
  })
#define D_MUTEX_INIT(x, y) d_errno2der(pthread_mutex_init(x, y))
#define D_MUTEX_LOCK(x) FIRN_PTHREAD(pthread_mutex_lock(x))
#define D_MUTEX_TRYLOCK(x) d_errno2der(pthread_mutex_trylock(x))
#define D_MUTEX_UNLOCK(x) FIRN_PTHREAD(pthread_mutex_unlock(x))
#define D_MUTEX_DESTROY(x) FIRN_PTHREAD(pthread_mutex_destroy(x))
#define D_RWLOCK_INIT(x, y) d_errno2der(pthread_rwlock_init(x, y))
#define D_RWLOCK_RDLOCK(x) FIRN_PTHREAD(pthread_rwlock_rdlock(x))
#define D_RWLOCK_WRLOCK(x) FIRN_PTHREAD(pthread_rwlock_wrlock(x))
#define D_RWLOCK_TRYWRLOCK(x) d_errno2der(pthread_rwlock_trywrlock(x))
#define D_RWLOCK_UNLOCK(x) FIRN_PTHREAD(pthread_rwlock_unlock(x))
#define D_RWLOCK_DESTROY(x) FIRN_PTHREAD(pthread_rwlock_destroy(x))
#define D_SPIN_INIT(x, y) d_errno2der(pthread_spin_init(x, y))
#define D_SPIN_LOCK(x) FIRN_PTHREAD(pthread_spin_lock(x))
#define D_SPIN_UNLOCK(x) FIRN_PTHREAD(pthread_spin_unlock(x))
#define D_SPIN_DESTROY(x) FIRN_PTHREAD(pthread_spin_destroy(x))
#define D_COND_INIT(x, y) d_errno2der(pthread_cond_init(x, y))
#define D_COND_DESTROY(x) FIRN_PTHREAD(pthread_cond_destroy(x))

/* A negated DER_ value; -DER_MISC for those without one of their own. */
static inline int d_errno2der(int err) {
  switch (err) {
    case 0:
      return 0;
    case EPERM:
    case EACCES:
      return -DER_NO_PERM;
    case ENOMEM:
      return -DER_NOMEM;
    case ENOSPC:
#ifdef EDQUOT
    case EDQUOT:
#endif
      return -DER_NOSPACE;
    case EEXIST:
      return -DER_EXIST;
    case ENOENT:
      return -DER_NONEXIST;
    case ECANCELED:
      return -DER_CANCELED;
    case EBUSY:
      return -DER_BUSY;
    default:
      return -DER_MISC;
  }
}

/* Hashes. */

/* For tables, and used in formats: never changed. len: bytes. */
uint32_t d_hash_string_u32(const char* string, unsigned int len);
uint64_t d_hash_murmur64(const unsigned char* key, unsigned int key_len, unsigned int seed);
/* Which of so many buckets; with one bucket more few keys move. */
uint32_t d_hash_jump(uint64_t key, uint32_t num_buckets);

#define LOWEST_BIT_SET(x) ((x) & ~((x) - 1))

/* The smallest n with 2^n >= val; 1 for 0. */
static inline unsigned int d_power2_nbits(unsigned int val) {
  unsigned int bits = 0;

  if (val == 0) return 1;
  while (bits < 32 && (1ULL << bits) < val) bits++;
  return bits;
}

/* Lists of ranks. Functions that make one allocate it: free it with d_rank_list_free(). */

/* 0 to size - 1. */
d_rank_list_t* d_rank_list_alloc(uint32_t size);
/* NULL is fine. */
void d_rank_list_free(d_rank_list_t* rank_list);
int d_rank_list_resize(d_rank_list_t* ptr, uint32_t size);
int d_rank_list_dup(d_rank_list_t** dst, const d_rank_list_t* src);
int d_rank_list_dup_sort_uniq(d_rank_list_t** dst, const d_rank_list_t* src);
int d_rank_list_copy(d_rank_list_t* dst, d_rank_list_t* src);
/* Keeps in dst_set only what is in src_set; with exclude only what is not. */
void d_rank_list_filter(d_rank_list_t* src_set, d_rank_list_t* dst_set, bool exclude);
/* Adds to src_set what it does not have. */
int d_rank_list_merge(d_rank_list_t* src_set, d_rank_list_t* merge_set);
int d_rank_list_append(d_rank_list_t* rank_list, d_rank_t rank);
void d_rank_list_sort(d_rank_list_t* rank_list);
/* idx may be NULL. bsearch: the list is sorted. */
bool d_rank_list_bsearch(d_rank_list_t* rank_list, d_rank_t rank, int* idx);
bool d_rank_list_find(d_rank_list_t* rank_list, d_rank_t rank, int* idx);
bool d_rank_in_rank_list(d_rank_list_t* rank_list, d_rank_t rank);
/* -DER_NONEXIST if it is not there. */
int d_idx_in_rank_list(d_rank_list_t* rank_list, d_rank_t rank, uint32_t* idx);
void d_rank_list_del_at(d_rank_list_t* list, int idx);
int d_rank_list_del(d_rank_list_t* rank_list, d_rank_t rank);
/* The same ranks in the same order. */
bool d_rank_list_identical(d_rank_list_t* rank_list1, d_rank_list_t* rank_list2);
d_rank_list_t* uint32_array_to_rank_list(uint32_t* ints, size_t len);
/* The caller frees *ints. */
int rank_list_to_uint32_array(d_rank_list_t* rl, uint32_t** ints, size_t* len);
/* "0,2-5". The caller frees it. */
int d_rank_list_to_str(d_rank_list_t* rank_list, char** rank_str);

/* Scatter lists. */

/* With nr empty buffers. */
static inline int d_sgl_init(d_sg_list_t* sgl, unsigned int nr) {
  sgl->sg_nr = nr;
  sgl->sg_nr_out = 0;
  sgl->sg_iovs = NULL;
  if (nr == 0) return 0;
  D_ALLOC_ARRAY(sgl->sg_iovs, nr);
  return sgl->sg_iovs == NULL ? -DER_NOMEM : 0;
}

/* free_iovs: the buffers as well. */
static inline void d_sgl_fini(d_sg_list_t* sgl, bool free_iovs) {
  uint32_t i;

  if (sgl == NULL || sgl->sg_iovs == NULL) return;
  for (i = 0; free_iovs && i < sgl->sg_nr; i++) D_FREE(sgl->sg_iovs[i].iov_buf);
  D_FREE(sgl->sg_iovs);
  sgl->sg_nr = 0;
  sgl->sg_nr_out = 0;
}

/* The capacity of all buffers. */
static inline size_t d_sgl_buf_size(d_sg_list_t* sgl) {
  size_t size = 0;
  uint32_t i;

  for (i = 0; sgl->sg_iovs != NULL && i < sgl->sg_nr; i++) size += sgl->sg_iovs[i].iov_buf_len;
  return size;
}

/* Text that grows. */

/* -DER_NOMEM, or what vsnprintf() could not do. */
int d_write_string_buffer(struct d_string_buffer_t* buf, const char* fmt, ...)
    __attribute__((__format__(__printf__, 2, 3)));
void d_free_string(struct d_string_buffer_t* buf);

/* The environment. Those that read a value leave it as it is if there is none (-DER_NONEXIST) or it is none
 * (-DER_INVAL). */

/* The length; -DER_TRUNC if it does not fit, which it fills nevertheless. */
int d_getenv_str(char* str_val, size_t str_size, const char* name);
/* A copy, for d_freeenv_str(). */
int d_agetenv_str(char** str_val, const char* name);
void d_freeenv_str(char** str_val);
/* 1, yes, true, on or y; 0, no, false, off or n. A number other than 0 is true. */
int d_getenv_bool(const char* name, bool* bool_val);
int d_getenv_char(const char* name, char* char_val);
int d_getenv_uint(const char* name, unsigned int* uint_val);
int d_getenv_uint32_t(const char* name, uint32_t* uint32_val);
int d_getenv_uint64_t(const char* name, uint64_t* uint64_val);
bool d_isenv_def(char* name);
/* An errno as the C functions of that name set it, or 0. */
int d_putenv(char* name);
int d_setenv(const char* name, const char* value, int overwrite);
int d_unsetenv(const char* name);
int d_clearenv(void);

/* Time. d_gettime: a clock that only goes forward. */

int d_gettime(struct timespec* t);
/* From t1 to t2. */
int64_t d_timediff_ns(const struct timespec* t1, const struct timespec* t2);
/* Until then; 0 if it is past. */
int64_t d_timeleft_ns(const struct timespec* expiration);
void d_timeinc(struct timespec* now, uint64_t ns);

/* Values of the hybrid logical clock: 1/16 ns since 2021, the low 18 bits count. */

/* Later than all before. */
uint64_t d_hlc_get(void);
/* Later than `msg` as well; *offset: by how much that was ahead. -DER_HLC_SYNC: by more than the limit. Both
 * may be NULL. */
int d_hlc_get_msg(uint64_t msg, uint64_t* hlc_out, uint64_t* offset);
uint64_t d_hlc2nsec(uint64_t hlc);
uint64_t d_nsec2hlc(uint64_t nsec);
/* Since 1970. */
uint64_t d_hlc2unixnsec(uint64_t hlc);
uint64_t d_unixnsec2hlc(uint64_t unixnsec);
int d_hlc2timespec(uint64_t hlc, struct timespec* ts);
int d_timespec2hlc(struct timespec ts, uint64_t* hlc);
/* How far clocks may differ, as a difference of values; 1 s at first. */
void d_hlc_epsilon_set(uint64_t epsilon);
uint64_t d_hlc_epsilon_get(void);
uint64_t d_hlc_epsilon_get_bound(uint64_t hlc);
/* Seconds since then. */
uint64_t d_hlc_age2sec(uint64_t hlc);

static inline uint64_t d_hlc2usec(uint64_t hlc) { return d_hlc2nsec(hlc) / 1000; }
static inline uint64_t d_hlc2msec(uint64_t hlc) { return d_hlc2nsec(hlc) / 1000000; }
static inline uint64_t d_hlc2sec(uint64_t hlc) { return d_hlc2nsec(hlc) / 1000000000; }
static inline uint64_t d_usec2hlc(uint64_t usec) { return d_nsec2hlc(usec * 1000); }
static inline uint64_t d_msec2hlc(uint64_t msec) { return d_nsec2hlc(msec * 1000000); }
static inline uint64_t d_sec2hlc(uint64_t sec) { return d_nsec2hlc(sec * 1000000000); }

/* No effect: Firn installs no signal handlers. */
void d_signal_stack_enable(bool enabled);

#if defined(__cplusplus)
}
#endif

#endif

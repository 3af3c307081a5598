/* Macros that write to the log (gurt/dlog.h), and asserts. Formats are printf's and end with a newline. */
#ifndef FIRN_GURT_DEBUG_H
#define FIRN_GURT_DEBUG_H

#include <assert.h>
#include <daos_errno.h>
#include <gurt/debug_setup.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#if defined(__cplusplus)
extern "C" {
#endif

#define D_LOG_FILE_ENV "D_LOG_FILE"
#define D_LOG_SIZE_ENV "D_LOG_SIZE"
#define D_LOG_MASK_ENV "D_LOG_MASK"
#define D_LOG_FILE_APPEND_PID_ENV "D_LOG_FILE_APPEND_PID"
#define D_LOG_TRUNCATE_ENV "D_LOG_TRUNCATE"
#define DD_MASK_ENV "DD_MASK"
#define DD_STDERR_ENV "DD_STDERR"
#define DB_ALL_BITS "all"

#define DF_U64 "%" PRIu64
#define DF_X64 "%" PRIx64

/* A line if its priority, or kind of debug line, is wanted. */
#define D_DEBUG(flag, fmt, ...)                                                                 \
  do {                                                                                          \
    if (d_log_check(flag))                                                                      \
      d_log(flag, "%s %s:%d %s() " fmt, D_LOGFAC, __FILE__, __LINE__, __func__, ##__VA_ARGS__); \
  } while (0)

#define D_LOG_ENABLED(flag) (d_log_check(flag) != 0)

#define D_CDEBUG(cond, flag_true, flag_false, ...) D_DEBUG((cond) ? (flag_true) : (flag_false), __VA_ARGS__)

#define D_INFO(fmt, ...) D_DEBUG(DLOG_INFO, fmt, ##__VA_ARGS__)
#define D_NOTE(fmt, ...) D_DEBUG(DLOG_NOTE, fmt, ##__VA_ARGS__)
#define D_WARN(fmt, ...) D_DEBUG(DLOG_WARN, fmt, ##__VA_ARGS__)
#define D_ERROR(fmt, ...) D_DEBUG(DLOG_ERR, fmt, ##__VA_ARGS__)
#define D_CRIT(fmt, ...) D_DEBUG(DLOG_CRIT, fmt, ##__VA_ARGS__)
#define D_ALERT(fmt, ...) D_DEBUG(DLOG_ALERT, fmt, ##__VA_ARGS__)
#define D_FATAL(fmt, ...) D_DEBUG(DLOG_EMERG, fmt, ##__VA_ARGS__)
#define D_EMIT(fmt, ...) D_DEBUG(DLOG_EMIT, fmt, ##__VA_ARGS__)

/* With the address of what it is about. */
#define D_TRACE_DEBUG(flag, ptr, fmt, ...) D_DEBUG(flag, "(%p) " fmt, (const void*)(ptr), ##__VA_ARGS__)
#define D_TRACE_INFO(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_INFO, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_NOTE(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_NOTE, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_WARN(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_WARN, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_ERROR(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_ERR, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_CRIT(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_CRIT, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_ALERT(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_ALERT, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_FATAL(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_EMERG, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_EMIT(ptr, fmt, ...) D_TRACE_DEBUG(DLOG_EMIT, ptr, fmt, ##__VA_ARGS__)
#define D_TRACE_UP(flag, ptr, parent, type) \
  D_TRACE_DEBUG(flag, ptr, "is a new '%s' of %p\n", type, (const void*)(parent))
#define D_TRACE_ROOT(flag, ptr, type) D_TRACE_DEBUG(flag, ptr, "is a new '%s'\n", type)
#define D_TRACE_DOWN(flag, ptr) D_TRACE_DEBUG(flag, ptr, "is gone\n")

/* With a DER_ error behind the text, which has no newline. */
#define DL_CDEBUG(cond, flag_true, flag_false, rc, fmt, ...) \
  D_CDEBUG(cond, flag_true, flag_false, fmt ": " DF_RC "\n", ##__VA_ARGS__, DP_RC(rc))
#define DL_INFO(rc, fmt, ...) D_INFO(fmt ": " DF_RC "\n", ##__VA_ARGS__, DP_RC(rc))
#define DL_WARN(rc, fmt, ...) D_WARN(fmt ": " DF_RC "\n", ##__VA_ARGS__, DP_RC(rc))
#define DL_ERROR(rc, fmt, ...) D_ERROR(fmt ": " DF_RC "\n", ##__VA_ARGS__, DP_RC(rc))
#define DHL_INFO(ptr, rc, fmt, ...) D_TRACE_INFO(ptr, fmt ": " DF_RC "\n", ##__VA_ARGS__, DP_RC(rc))
#define DHL_WARN(ptr, rc, fmt, ...) D_TRACE_WARN(ptr, fmt ": " DF_RC "\n", ##__VA_ARGS__, DP_RC(rc))
#define DHL_ERROR(ptr, rc, fmt, ...) D_TRACE_ERROR(ptr, fmt ": " DF_RC "\n", ##__VA_ARGS__, DP_RC(rc))

/* With an errno. */
#define DS_INFO(rc, fmt, ...) D_INFO(fmt ": %d (%s)\n", ##__VA_ARGS__, rc, strerror(rc))
#define DS_WARN(rc, fmt, ...) D_WARN(fmt ": %d (%s)\n", ##__VA_ARGS__, rc, strerror(rc))
#define DS_ERROR(rc, fmt, ...) D_ERROR(fmt ": %d (%s)\n", ##__VA_ARGS__, rc, strerror(rc))
#define DHS_INFO(ptr, rc, fmt, ...) D_TRACE_INFO(ptr, fmt ": %d (%s)\n", ##__VA_ARGS__, rc, strerror(rc))
#define DHS_WARN(ptr, rc, fmt, ...) D_TRACE_WARN(ptr, fmt ": %d (%s)\n", ##__VA_ARGS__, rc, strerror(rc))
#define DHS_ERROR(ptr, rc, fmt, ...) D_TRACE_ERROR(ptr, fmt ": %d (%s)\n", ##__VA_ARGS__, rc, strerror(rc))

#define D_PRINT(fmt, ...)       \
  do {                          \
    printf(fmt, ##__VA_ARGS__); \
    fflush(stdout);             \
  } while (0)
#define D_PRINT_ERR(fmt, ...)                                                        \
  do {                                                                               \
    fprintf(stderr, "%s:%d:%s() " fmt, __FILE__, __LINE__, __func__, ##__VA_ARGS__); \
    fflush(stderr);                                                                  \
  } while (0)

/* Called, if set, before a failed assert ends the program. */
extern void (*d_alt_assert)(const int, const char*, const char*, const int);

int d_register_alt_assert(void (*alt_assert)(const int, const char*, const char*, const int));

/* Ends the program. */
void d_assert_failed(const char* condition, const char* file, int line) __attribute__((__noreturn__));

#define D_ASSERT(cond)                            \
  do {                                            \
    if (!(cond)) {                                \
      D_FATAL("assert '%s' failed\n", #cond);     \
      d_assert_failed(#cond, __FILE__, __LINE__); \
    }                                             \
  } while (0)
#define D_ASSERTF(cond, fmt, ...)                                \
  do {                                                           \
    if (!(cond)) {                                               \
      D_FATAL("assert '%s' failed: " fmt, #cond, ##__VA_ARGS__); \
      d_assert_failed(#cond, __FILE__, __LINE__);                \
    }                                                            \
  } while (0)

#if defined(__cplusplus)
#define D_CASSERT(cond, ...) static_assert(cond, #cond ": " __VA_ARGS__)
#else
#define D_CASSERT(cond, ...) _Static_assert(cond, #cond ": " __VA_ARGS__)
#endif

#if defined(__cplusplus)
}
#endif

#endif

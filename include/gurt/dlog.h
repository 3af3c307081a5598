/*
 * The log: lines with a priority, to the file that D_LOG_FILE names, else standard output. D_LOG_MASK says
 * from which priority on (ERR if unset; also DEBUG, INFO, NOTE, WARN, CRIT, ALERT, EMERG or FATAL, EMIT),
 * DD_MASK which kinds of debug lines ("all", or names such as "io,mem"), DD_STDERR from which priority on
 * lines go to standard error too.
 */
#ifndef FIRN_GURT_DLOG_H
#define FIRN_GURT_DLOG_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__cplusplus)
extern "C" {
#endif

typedef uint64_t d_dbug_t;

#define D_NOOP(...)

/* Priorities. Debug lines are of kinds, one bit each. */
enum {
  DLOG_EMIT = 0x08000000,
  DLOG_EMERG = 0x07000000,
  DLOG_ALERT = 0x06000000,
  DLOG_CRIT = 0x05000000,
  DLOG_ERR = 0x04000000,
  DLOG_WARN = 0x03000000,
  DLOG_NOTE = 0x02000000,
  DLOG_INFO = 0x01000000,
  DLOG_DBG = 0x00ffff00,
};

#define DLOG_PRIMASK 0x0fffff00
#define DLOG_PRINDMASK 0x0f000000
#define DLOG_PRISHIFT 24
#define DLOG_FACMASK 0x000000ff

/* Kinds of debug lines. */
enum {
  DB_NULL = 0,
  DB_ALL = 0x00ffff00,
  DB_DEFAULT = 0x00ffff00,
  DB_ANY = 1 << 8,
  DB_TRACE = 1 << 9,
  DB_MEM = 1 << 10,
  DB_NET = 1 << 11,
  DB_IO = 1 << 12,
  DB_TEST = 1 << 13,
  DB_MD = 1 << 14,
  DB_PL = 1 << 15,
  DB_MGMT = 1 << 16,
  DB_EPC = 1 << 17,
  DB_DF = 1 << 18,
  DB_REBUILD = 1 << 19,
  DB_SEC = 1 << 20,
  DB_CSUM = 1 << 21,
};

/* Begins to log; may be called again, each time with its d_log_fini(). Without it lines are not written. */
int d_log_init(void);
void d_log_fini(void);

/* Reads the environment again. */
void d_log_sync_mask(void);

/* Texts as of D_LOG_MASK and DD_MASK; NULL: as it is. */
void d_log_sync_mask_ex(const char* log_mask, const char* dd_mask);

/* Whether a line of this priority would be written: 0, or the priority. */
int d_log_check(int flags);

/* Writes a line, whatever its priority. */
void d_vlog(int flags, const char* fmt, va_list ap) __attribute__((__format__(__printf__, 2, 0)));

static inline void d_log(int flags, const char* fmt, ...) __attribute__((__format__(__printf__, 2, 3)));

static inline void d_log(int flags, const char* fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  d_vlog(flags, fmt, ap);
  va_end(ap);
}

/* To the disk. */
void d_log_sync(void);

/* No lines from now on, whatever happens. */
void d_log_disable_logging(void);

#if defined(__cplusplus)
}
#endif

#endif

/* The log of programs that use the DAOS API: facilities, begin and end. */
#ifndef FIRN_DAOS_DEBUG_H
#define FIRN_DAOS_DEBUG_H

#ifndef DD_FAC
#define DD_FAC(name) #name
#endif

#ifndef D_LOGFAC
#define D_LOGFAC DD_FAC(daos)
#endif

#include <daos_errno.h>
#include <gurt/common.h>
#include <gurt/debug.h>
#include <stdio.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* As d_log_init(). logfile: instead of what D_LOG_FILE says; may be NULL. */
int daos_debug_init(char* logfile);
void daos_debug_fini(void);

#if defined(__cplusplus)
}
#endif

#endif

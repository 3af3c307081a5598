/* Facilities: a name that log lines carry. A source may define D_LOGFAC, as DD_FAC(name), before it includes
 * others. */
#ifndef FIRN_GURT_DEBUG_SETUP_H
#define FIRN_GURT_DEBUG_SETUP_H

#include <gurt/dlog.h>

#ifndef DD_FAC
#define DD_FAC(name) #name
#endif

#ifndef D_LOGFAC
#define D_LOGFAC DD_FAC(misc)
#endif

#endif

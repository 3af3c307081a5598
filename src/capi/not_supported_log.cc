// The log line of functions that are not there; gurt's log.
#include <daos_errno.h>
#include <gurt/common.h>

#include "capi/not_supported.h"

namespace firn::capi {

static_assert(kNotSupported == -DER_NOTSUPPORTED);

void log_not_supported(const char* name, std::atomic<bool>& logged) {
  if (!logged.exchange(true)) D_ERROR("%s: not supported: see docs/daos-api.md\n", name);
}

}  // namespace firn::capi

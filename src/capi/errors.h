// Errors of the C API: our codes as DER numbers, and where the explanations go: the log, and
// firn_last_error().
#pragma once

#include <source_location>

#include "base/error.h"
#include "base/log.h"

namespace firn::capi {

// Negative; compat: DAOS errors.
int der_of(Code code);

// An operation's end as the C API tells it: its DER number, or the error's. An error is logged, if it says
// more than that something is or is not there, and becomes this thread's last error. `call`: where the
// function of the API is.
int report(Result<int> result, const std::source_location& call);

// Lines of the client and the network, in gurt's log. Any thread.
Log& library_log();

}  // namespace firn::capi

// Errors of daos_fs.h; see dfs_calls.h.
#include <daos/common.h>

#include "capi/dfs_calls.h"

namespace firn::capi {

int errno_of(Code code) {
  switch (code) {
    case Code::not_directory:
      return ENOTDIR;
    case Code::not_empty:
      return ENOTEMPTY;
    case Code::symlink_loop:
      return ELOOP;
    case Code::no_data:
      return ENODATA;
    case Code::too_big:
      return EFBIG;
    case Code::unsupported:
      return ENOTSUP;
    default:
      return daos_der2errno(der_of(code));
  }
}

int report_errno(const Result<void>& result, const std::source_location& call) {
  if (result) return 0;
  (void)report(result.error().clone(), call);
  return errno_of(result.error().code());
}

}  // namespace firn::capi

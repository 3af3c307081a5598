// Copying as a command does it, whichever program it belongs to.
#pragma once

#include <string>

#include "cli/copy.h"
#include "cli/session.h"

namespace firn::cli {

// Paths of the host, or daos://POOL/CONTAINER/PATH: one of each.
struct CopyArguments {
  std::string source;
  std::string target;
  CopyOptions options;
};

// Copies, and says what was copied.
Task<Result<void>> copy(Session& session, CopyArguments arguments);

}  // namespace firn::cli

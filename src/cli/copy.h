// Copying trees between the host and a file system in Firn, many files at a time.
//
// A file's name appears at its target only when all its data is there. Modes, modification times and symlinks
// are kept, owners too when the superuser copies. What cannot be copied (devices, sockets, unreadable files)
// is reported and skipped; an error of the store ends the copy. Running a copy again completes it.
#pragma once

#include <functional>
#include <string>

#include "cli/progress.h"
#include "dfs/dfs.h"
#include "runtime/cancel.h"
#include "runtime/runtime.h"

namespace firn::cli {

struct CopyOptions {
  bool recursive = false;
  bool update = false;        // skip files whose size and modification time are the same at the target
  bool verbose = false;       // name each file that is done
  bool exact_target = false;  // the target is the new name even if a directory of that name exists
  uint32_t files_in_flight = 64;
  uint64_t bytes_in_flight = 64 << 20;
  bool show_progress = false;
};

struct CopySummary {
  CopyTotals copied;
  uint64_t unchanged = 0;  // skipped by `update`
  uint64_t skipped = 0;    // could not be copied; each was reported
  Duration took{};
};

struct CopyEnvironment {
  Runtime& runtime;
  CancelToken cancel;
  CopyOptions options;
};

// `source`: a file, symlink or directory (recursive) of the host. `target`: an absolute path in `fs`; if a
// directory of that path exists (and not exact_target) the copy goes into it under the source's name, else
// its parent must exist.
Task<Result<CopySummary>> copy_in(CopyEnvironment environment, dfs::FileSystem& fs, std::string source,
                                  std::string target);
// The other way; `target` is a path of the host.
Task<Result<CopySummary>> copy_out(CopyEnvironment environment, dfs::FileSystem& fs, std::string source,
                                   std::string target);

}  // namespace firn::cli

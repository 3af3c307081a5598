// What the fs commands do.
#pragma once

#include <string>

#include "cli/session.h"

namespace firn::cli {

// What the options of the fs commands are read into.
struct FsArguments {
  std::string path;
  std::string target;
  bool long_format = false;
  bool recursive = false;
  bool force = false;
  bool parents = false;
  bool summarize = false;
  uint32_t levels = 0;  // 0: all
};

using FsAction = Task<Result<void>> (*)(Session&, FsArguments);

Task<Result<void>> list_directory(Session& session, FsArguments arguments);
Task<Result<void>> draw_tree(Session& session, FsArguments arguments);
Task<Result<void>> print_file(Session& session, FsArguments arguments);
Task<Result<void>> make_directory(Session& session, FsArguments arguments);
Task<Result<void>> remove(Session& session, FsArguments arguments);
Task<Result<void>> move(Session& session, FsArguments arguments);
Task<Result<void>> show_stat(Session& session, FsArguments arguments);
Task<Result<void>> show_usage(Session& session, FsArguments arguments);

}  // namespace firn::cli

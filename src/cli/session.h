// Session: one command's connection to a system: a directory (an engine is run inside the command) or the
// address of a server. Ctrl-C cancels what is in progress; the command then ends in order.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/store_path.h"
#include "client/client.h"
#include "dfs/dfs.h"
#include "runtime/cancel.h"

namespace firn::cli {

struct GlobalOptions {
  std::string
      system;  // a directory, "tcp://host:port" or "shm://socket"; default: $FIRN_SYSTEM, else the user's own
  bool json = false;
  bool quiet = false;
  double timeout_s = 60;         // of each operation
  bool verbose = false;          // log lines of the engine and the network
  bool may_make_system = false;  // the command makes the system in its directory if there is none
};

class Session {
 public:
  virtual ~Session() = default;
  virtual const GlobalOptions& options() const = 0;
  virtual Runtime& runtime() = 0;
  virtual client::Client& client() = 0;
  // Canceled by Ctrl-C.
  virtual CancelToken cancel() = 0;
  // After Ctrl-C calls in progress are given so long to end, so that work can be left in order; without this
  // they are canceled at once.
  virtual void set_grace(Duration grace) = 0;

  // The file system in a container.
  Task<Result<std::unique_ptr<dfs::FileSystem>>> mount(StorePath path, bool read_only);
};

// What a command does; its text goes to standard output.
using Command = std::function<Task<Result<void>>(Session&)>;

// Opens the system, runs the command, closes. The exit status: 0 done, 1 failed (said on standard error, or
// as JSON on standard output), 130 ended by Ctrl-C.
int run_command(GlobalOptions options, Command command);

// "tcp://…", "shm://…" and "fabric+…://…" name a server, anything else a directory.
bool is_address(std::string_view system);
std::string default_system();

}  // namespace firn::cli

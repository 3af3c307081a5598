// Child processes and scratch directories for tests of the real program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace firn::cluster {

// A directory that is removed at the end.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  std::string path(const std::string& name = "") const;

 private:
  std::string path_;
};

// A running child; killed if it still runs at the end. Its standard output can be read; standard error goes
// to a file.
class Process {
 public:
  explicit Process(std::vector<std::string> command);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  pid_t pid() const { return pid_; }
  // The next line of its standard output without the newline; nothing at the end, or when none comes in time.
  std::optional<std::string> read_line(int timeout_ms);
  // What it wrote behind the last newline, as far as read_line has seen it.
  const std::string& unread() const { return buffered_; }
  void signal(int number) const;
  // Its exit status (128 + n if signal n ended it); nothing if it does not end in time.
  std::optional<int> wait(int timeout_ms);
  std::string errors() const;

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffered_;
  std::string errors_path_;
  std::optional<int> status_;
};

struct Outcome {
  int status = -1;
  std::string output;
  std::string errors;
};

// Runs a command to its end (or kills it after the time limit).
Outcome run(std::vector<std::string> command, int timeout_ms = 60'000);

// The program under test: $FIRN_BINARY, set by ctest.
std::string firn_binary();
// Runs it on a system to its end.
Outcome run_firn(const std::string& system, std::vector<std::string> arguments);

// `firn serve` on a directory; `address` is where it listens. Fails the test if it does not start.
class Server {
 public:
  explicit Server(std::string directory, std::vector<std::string> more_arguments = {});
  const std::string& address() const { return address_; }
  Process& process() { return *process_; }
  // kill -9, and waits for it to be gone.
  void kill();
  // Again on the same directory and port.
  void start();

 private:
  std::string directory_;
  std::vector<std::string> more_arguments_;
  std::string address_ = "tcp://127.0.0.1:0";
  std::optional<Process> process_;
};

}  // namespace firn::cluster

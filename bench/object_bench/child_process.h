// ChildProcess: another process of a row: a function of this program, or another program. It is killed when
// the row's process ends, however that happens.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace firn::bench {

class ChildProcess {
 public:
  // Runs `body` with the two ends of its pipes: what the parent wrote to it, and what the parent reads.
  explicit ChildProcess(const std::function<void(int input, int output)>& body);
  // Runs a program; its output is what the parent reads.
  static ChildProcess of_program(const std::vector<std::string>& arguments);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  // Ends it by SIGTERM and waits for it.
  ~ChildProcess();

  pid_t id() const { return id_; }
  // Closes the child's input, then reads what it still has to say, until it ends.
  std::string rest();
  // One line, without its end; empty when there is no more.
  std::string read_line();
  void write_line(const std::string& line);
  // Processor time of all its threads, kernel included.
  double cpu_seconds() const;

 private:
  pid_t id_ = -1;
  int to_child_ = -1;
  int from_child_ = -1;
};

// The program `firn` beside this one.
std::string firn_program();

}  // namespace firn::bench

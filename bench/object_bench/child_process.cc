#include "object_bench/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vos_bench/must.h"

namespace firn::bench {

ChildProcess::ChildProcess(const std::function<void(int input, int output)>& body) {
  int down[2];
  int up[2];
  if (::pipe(down) != 0 || ::pipe(up) != 0) give_up("no pipe");
  std::fflush(nullptr);
  id_ = ::fork();
  if (id_ < 0) give_up("no process");
  if (id_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(down[1]);
    ::close(up[0]);
    body(down[0], up[1]);
    ::_exit(0);
  }
  ::close(down[0]);
  ::close(up[1]);
  to_child_ = down[1];
  from_child_ = up[0];
}

ChildProcess ChildProcess::of_program(const std::vector<std::string>& arguments) {
  return ChildProcess([&arguments](int, int output) {
    ::dup2(output, STDOUT_FILENO);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    ::execv(pointers.front(), pointers.data());
    give_up("cannot run " + arguments.front());
  });
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      to_child_(std::exchange(other.to_child_, -1)),
      from_child_(std::exchange(other.from_child_, -1)) {}

ChildProcess::~ChildProcess() {
  if (to_child_ >= 0) ::close(to_child_);
  if (id_ > 0) {
    ::kill(id_, SIGTERM);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (from_child_ >= 0) ::close(from_child_);
}

std::string ChildProcess::rest() {
  ::close(std::exchange(to_child_, -1));
  std::string text;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(from_child_, part, sizeof part)) > 0;) {
    text.append(part, static_cast<size_t>(got));
  }
  return text;
}

std::string ChildProcess::read_line() {
  std::string line;
  for (char byte = 0; ::read(from_child_, &byte, 1) == 1 && byte != '\n';) line.push_back(byte);
  return line;
}

void ChildProcess::write_line(const std::string& line) {
  const std::string text = line + '\n';
  if (::write(to_child_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    give_up("a process of the row has ended before its time");
  }
}

// The sum over its threads of what the scheduler has counted: nanoseconds, where stat has ticks of 10 ms.
double ChildProcess::cpu_seconds() const {
  double seconds = 0;
  const std::string tasks = fmt::format("/proc/{}/task", id_);
  for (const auto& thread : std::filesystem::directory_iterator(tasks)) {
    uint64_t ran_ns = 0;
    std::ifstream(thread.path() / "schedstat") >> ran_ns;
    seconds += static_cast<double>(ran_ns) * 1e-9;
  }
  return seconds;
}

std::string firn_program() {
  return std::filesystem::read_symlink("/proc/self/exe").replace_filename("firn").string();
}

}  // namespace firn::bench

// Child processes for tests; see process.h.
#include "process.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace firn::cluster {

namespace {

using TestClock = std::chrono::steady_clock;

int left_ms(TestClock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - TestClock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

std::string scratch_root() {
  const char* const chosen = std::getenv("TMPDIR");
  return chosen != nullptr ? chosen : "/tmp";
}

}  // namespace

ScratchDirectory::ScratchDirectory() {
  path_ = scratch_root() + "/firn-test-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) std::abort();
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchDirectory::path(const std::string& name) const {
  return name.empty() ? path_ : path_ + "/" + name;
}

Process::Process(std::vector<std::string> command) {
  int output[2];
  if (::pipe2(output, O_CLOEXEC) != 0) std::abort();
  errors_path_ = scratch_root() + "/firn-test-errors-XXXXXX";
  const int errors = ::mkostemp(errors_path_.data(), O_CLOEXEC);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    std::vector<char*> arguments;
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(output[1]);
  ::close(errors);
  output_ = output[0];
}

Process::~Process() {
  if (pid_ > 0 && !status_) {
    ::kill(pid_, SIGKILL);
    (void)wait(10'000);
  }
  if (output_ >= 0) ::close(output_);
  if (!errors_path_.empty()) ::unlink(errors_path_.c_str());
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      buffered_(std::move(other.buffered_)),
      errors_path_(std::exchange(other.errors_path_, {})),
      status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(output_, other.output_);
  std::swap(buffered_, other.buffered_);
  std::swap(errors_path_, other.errors_path_);
  std::swap(status_, other.status_);
  return *this;
}

std::optional<std::string> Process::read_line(int timeout_ms) {
  const auto deadline = TestClock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    if (const size_t end = buffered_.find('\n'); end != std::string::npos) {
      std::string line = buffered_.substr(0, end);
      buffered_.erase(0, end + 1);
      return line;
    }
    pollfd ready{.fd = output_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, left_ms(deadline)) <= 0) return std::nullopt;
    char chunk[65536];
    const ssize_t count = ::read(output_, chunk, sizeof chunk);
    if (count <= 0) return std::nullopt;
    buffered_.append(chunk, static_cast<size_t>(count));
  }
}

void Process::signal(int number) const { ::kill(pid_, number); }

std::optional<int> Process::wait(int timeout_ms) {
  const auto deadline = TestClock::now() + std::chrono::milliseconds(timeout_ms);
  while (!status_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (left_ms(deadline) == 0) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  return status_;
}

std::string Process::errors() const {
  std::ifstream file(errors_path_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Outcome run(std::vector<std::string> command, int timeout_ms) {
  Process process(std::move(command));
  const auto deadline = TestClock::now() + std::chrono::milliseconds(timeout_ms);
  Outcome outcome;
  while (auto line = process.read_line(left_ms(deadline))) outcome.output += *line + "\n";
  outcome.output += process.unread();
  outcome.status = process.wait(left_ms(deadline)).value_or(-1);
  outcome.errors = process.errors();
  return outcome;
}

std::string firn_binary() {
  const char* const binary = std::getenv("FIRN_BINARY");
  return binary != nullptr ? binary : "build/release/bin/firn";
}

Outcome run_firn(const std::string& system, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {firn_binary(), "--system", system});
  return run(std::move(arguments));
}

Server::Server(std::string directory, std::vector<std::string> more_arguments)
    : directory_(std::move(directory)), more_arguments_(std::move(more_arguments)) {
  start();
}

void Server::kill() {
  process_->signal(SIGKILL);
  EXPECT_EQ(process_->wait(10'000), 128 + SIGKILL) << process_->errors();
}

void Server::start() {
  std::vector<std::string> command = {firn_binary(), "serve", directory_, "--listen", address_};
  command.insert(command.end(), more_arguments_.begin(), more_arguments_.end());
  process_.emplace(std::move(command));
  const auto line = process_->read_line(20'000);
  const size_t at = line ? line->find("tcp://") : std::string::npos;
  if (at == std::string::npos) {
    FAIL() << "the server did not start: " << line.value_or("(no output)") << "\n" << process_->errors();
  }
  address_ = line->substr(at, line->find(' ', at) - at);
}

}  // namespace firn::cluster

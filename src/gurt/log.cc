// The log and asserts; gurt/dlog.h, gurt/debug.h. Any thread; a line is one write, so lines of several
// processes do not mix.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>

#include <daos/debug.h>
#include <fcntl.h>
#include <gurt/common.h>
#include <unistd.h>

#include "gurt/log_filter.h"

void (*d_alt_assert)(const int, const char*, const char*, const int) = nullptr;

namespace {

using firn::gurt::debug_kinds_of;
using firn::gurt::is_wanted;
using firn::gurt::priority_of;

constexpr size_t kLineMax = 4096;       // bytes; the rest of a longer line is cut off
constexpr int kNoPriority = INT32_MAX;  // above all

struct Log {
  std::mutex lock;  // of users and opening
  int users = 0;
  std::atomic<int> descriptor = STDOUT_FILENO;
  std::atomic<int> priority = kNoPriority;  // as long as it is not open nothing is wanted
  std::atomic<int> error_priority = kNoPriority;
  std::atomic<int> kinds = DB_ALL;
  std::atomic<bool> disabled = false;
};

Log& the_log() {
  static Log log;
  return log;
}

// A variable's text in a buffer of the caller; empty if it is not set.
using Text = std::array<char, 1024>;
const char* read_variable(const char* name, Text& buffer) {
  buffer[0] = '\0';
  d_getenv_str(buffer.data(), buffer.size(), name);
  return buffer.data();
}

void read_masks(Log& log, const char* log_mask, const char* dd_mask) {
  Text text;
  if (log_mask != nullptr) log.priority = priority_of(log_mask, DLOG_ERR);
  if (dd_mask != nullptr) log.kinds = debug_kinds_of(dd_mask);
  log.error_priority = priority_of(read_variable(DD_STDERR_ENV, text), kNoPriority);
}

void read_environment(Log& log) {
  Text log_mask;
  Text dd_mask;
  read_masks(log, read_variable(D_LOG_MASK_ENV, log_mask), read_variable(DD_MASK_ENV, dd_mask));
}

// The file to write to, or standard output.
int open_file(const char* path) {
  Text variable;
  if (path == nullptr) path = read_variable(D_LOG_FILE_ENV, variable);
  if (path[0] == '\0') return STDOUT_FILENO;
  bool with_pid = false;
  bool truncate = false;
  d_getenv_bool(D_LOG_FILE_APPEND_PID_ENV, &with_pid);
  d_getenv_bool(D_LOG_TRUNCATE_ENV, &truncate);
  char name[sizeof(Text) + 16];
  snprintf(name, sizeof name, with_pid ? "%s.%d" : "%s", path, static_cast<int>(getpid()));
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (truncate ? O_TRUNC : 0);
  const int descriptor = open(name, flags, 0644);
  if (descriptor >= 0) return descriptor;
  fprintf(stderr, "the log file %s cannot be opened (%s): lines go to standard output\n", name,
          strerror(errno));
  return STDOUT_FILENO;
}

int begin(const char* path) {
  Log& log = the_log();
  const std::lock_guard guard(log.lock);
  if (log.users++ > 0) return 0;
  log.descriptor = open_file(path);
  read_environment(log);
  return 0;
}

void end() {
  Log& log = the_log();
  const std::lock_guard guard(log.lock);
  if (log.users == 0) return;
  log.users--;
  if (log.users > 0) return;
  log.priority = kNoPriority;
  const int descriptor = log.descriptor.exchange(STDOUT_FILENO);
  if (descriptor != STDOUT_FILENO) close(descriptor);
}

const char* word_of(int flags) {
  constexpr const char* kWords[] = {"DBUG", "INFO", "NOTE", "WARN", "ERR ", "CRIT", "ALRT", "EMRG", "EMIT"};
  const auto index = static_cast<unsigned>(flags & DLOG_PRINDMASK) >> DLOG_PRISHIFT;
  return index < std::size(kWords) ? kWords[index] : kWords[0];
}

// Date, time, process and priority; how long that is.
size_t write_head(char* line, int flags) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm local{};
  localtime_r(&now.tv_sec, &local);
  const size_t date = strftime(line, kLineMax, "%Y/%m/%d %H:%M:%S", &local);
  return date + static_cast<size_t>(snprintf(line + date, kLineMax - date, ".%06ld [%d] %s ",
                                             now.tv_nsec / 1000, static_cast<int>(getpid()), word_of(flags)));
}

void write_all(int descriptor, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = write(descriptor, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

}  // namespace

int d_log_init() { return begin(nullptr); }

void d_log_fini() { end(); }

int daos_debug_init(char* logfile) { return begin(logfile); }

void daos_debug_fini() { end(); }

void d_log_sync_mask() {
  Log& log = the_log();
  const std::lock_guard guard(log.lock);
  if (log.users > 0) read_environment(log);
}

void d_log_sync_mask_ex(const char* log_mask, const char* dd_mask) {
  Log& log = the_log();
  const std::lock_guard guard(log.lock);
  if (log.users > 0) read_masks(log, log_mask, dd_mask);
}

int d_log_check(int flags) {
  const Log& log = the_log();
  if (log.disabled || !is_wanted(flags, log.priority, log.kinds)) return 0;
  return flags & DLOG_PRIMASK;
}

void d_vlog(int flags, const char* fmt, va_list ap) {
  const Log& log = the_log();
  if (log.disabled) return;
  const int saved_errno = errno;
  char line[kLineMax];
  size_t length = write_head(line, flags);
  const int text = vsnprintf(line + length, sizeof line - length, fmt, ap);
  if (text > 0) length += std::min(static_cast<size_t>(text), sizeof line - length - 1);
  if (line[length - 1] != '\n') line[length < sizeof line - 1 ? length++ : length - 1] = '\n';
  write_all(log.descriptor, line, length);
  if ((flags & DLOG_PRINDMASK) >= log.error_priority) write_all(STDERR_FILENO, line, length);
  errno = saved_errno;
}

void d_log_sync() { fdatasync(the_log().descriptor); }

void d_log_disable_logging() { the_log().disabled = true; }

int d_register_alt_assert(void (*alt_assert)(const int, const char*, const char*, const int)) {
  if (alt_assert == nullptr) return -DER_INVAL;
  d_alt_assert = alt_assert;
  return 0;
}

void d_assert_failed(const char* condition, const char* file, int line) {
  d_log_sync();
  if (d_alt_assert != nullptr) d_alt_assert(0, condition, file, line);
  fprintf(stderr, "%s:%d: assert '%s' failed\n", file, line, condition);
  abort();
}

bool d_should_fail(d_fault_attr_t*) { return false; }

void d_signal_stack_enable(bool) {}

// This process, from /proc (proc(5)); see process_info.h.
#include "runtime/process_info.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace firn {

namespace {

// The words of /proc/self/stat from the third on: the second, the program's name, may hold anything.
std::vector<std::string> stat_words() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream words(text.substr(text.rfind(')') + 1));
  return {std::istream_iterator<std::string>(words), {}};
}

double boot_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
  }
  return 0;
}

uint64_t count_descriptors() {
  std::error_code ignored;
  uint64_t count = 0;
  std::filesystem::directory_iterator entry("/proc/self/fd", ignored);
  for (; !ignored && entry != std::filesystem::directory_iterator(); entry.increment(ignored)) count++;
  return count > 0 ? count - 1 : 0;  // without the one that reads the list
}

}  // namespace

Result<ProcessInfo> process_info() {
  const std::vector<std::string> words = stat_words();
  const auto number = [&](size_t field) { return std::strtoull(words[field - 3].c_str(), nullptr, 10); };
  constexpr size_t kFieldsUsed = 24;  // counted from 1, as in proc(5)
  if (words.size() + 2 < kFieldsUsed) return fail(Code::io, "/proc/self/stat cannot be read");
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  rlimit descriptors{};
  (void)::getrlimit(RLIMIT_NOFILE, &descriptors);
  return ProcessInfo{
      .start_seconds = boot_seconds() + static_cast<double>(number(22)) / ticks_per_second,
      .cpu_seconds = static_cast<double>(number(14) + number(15)) / ticks_per_second,
      .resident_bytes = number(24) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)),
      .virtual_bytes = number(23),
      .threads = number(20),
      .open_descriptors = count_descriptors(),
      .max_descriptors = descriptors.rlim_cur,
  };
}

uint64_t host_memory_bytes() {
  return static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace firn

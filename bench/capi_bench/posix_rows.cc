#include "capi_bench/posix_rows.h"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capi_bench/check.h"

namespace firn::bench {

namespace {

constexpr size_t kRequestBytes = 1 << 20;
constexpr int kRequests = 256;

void must(bool done, const char* call) { check(done ? 0 : errno, call); }

void large_file(const std::string& path) {
  std::vector<char> buffer(kRequestBytes, 'x');
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  must(file >= 0, "open");
  for (const bool writes : {true, false}) {
    const double begin = seconds_now();
    for (int i = 0; i < kRequests; i++) {
      const auto offset = static_cast<off_t>(kRequestBytes) * i;
      const ssize_t bytes = writes ? ::pwrite(file, buffer.data(), buffer.size(), offset)
                                   : ::pread(file, buffer.data(), buffer.size(), offset);
      must(bytes == static_cast<ssize_t>(kRequestBytes), "pwrite or pread");
    }
    print_bandwidth(writes ? "write, 1 MiB requests" : "read, 1 MiB requests",
                    (seconds_now() - begin) * 1e6 / kRequests, kRequestBytes);
  }
  ::close(file);
  ::unlink(path.c_str());
}

template <class Action>
void each_file(const char* row, const std::string& directory, int count, Action action) {
  const double begin = seconds_now();
  for (int i = 0; i < count; i++) must(action((directory + "/file" + std::to_string(i)).c_str()), row);
  print_rate(row, (seconds_now() - begin) * 1e6 / count);
}

}  // namespace

void posix_rows(const std::string& directory, double seconds) {
  large_file(directory + "/large");
  const int count = static_cast<int>(seconds * 5000);
  struct stat attributes{};
  each_file("create, 0 B a file", directory, count, [](const char* path) {
    return ::close(::open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) == 0;
  });
  each_file("stat, 0 B a file", directory, count,
            [&](const char* path) { return ::stat(path, &attributes) == 0; });
  each_file("remove, 0 B a file", directory, count, [](const char* path) { return ::unlink(path) == 0; });
}

}  // namespace firn::bench

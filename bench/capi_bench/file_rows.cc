#include "capi_bench/file_rows.h"

#include <string>
#include <vector>

#include <daos.h>
#include <daos_fs.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "capi_bench/check.h"
#include "object_bench/served_system.h"

namespace firn::bench {

namespace {

constexpr uint64_t kLargeFileBytes = 256 << 20;
constexpr size_t kSmallFileBytes = 3901;

class FileRows {
 public:
  FileRows() {
    check(dfs_init(), "dfs_init");
    check(dfs_connect(kPool, nullptr, "files", O_RDWR | O_CREAT, nullptr, &dfs_), "dfs_connect");
  }
  ~FileRows() {
    check(dfs_disconnect(dfs_), "dfs_disconnect");
    check(dfs_fini(), "dfs_fini");
  }

  void large(const char* name, size_t request_bytes) {
    dfs_obj_t* const file = open("large", O_RDWR | O_CREAT | O_TRUNC);
    std::vector<char> buffer(request_bytes, 'x');
    const uint64_t requests = kLargeFileBytes / request_bytes;
    for (const bool writes : {true, false}) {
      const double begin = seconds_now();
      for (uint64_t i = 0; i < requests; i++) transfer(file, buffer, i * request_bytes, writes);
      const double us = (seconds_now() - begin) * 1e6 / static_cast<double>(requests);
      print_bandwidth((std::string(writes ? "write" : "read") + name).c_str(), us,
                      static_cast<double>(request_bytes));
    }
    check(dfs_release(file), "dfs_release");
    check(dfs_remove(dfs_, nullptr, "large", false, nullptr), "dfs_remove");
  }

  void small(size_t file_bytes, int count) {
    std::vector<char> content(file_bytes, 'x');
    struct stat attributes{};
    each_file("create", file_bytes, count, [&](const std::string& name) {
      dfs_obj_t* const file = open(name, O_RDWR | O_CREAT | O_EXCL);
      if (file_bytes > 0) transfer(file, content, 0, true);
      check(dfs_release(file), "dfs_release");
    });
    each_file("stat", file_bytes, count, [&](const std::string& name) {
      check(dfs_stat(dfs_, nullptr, name.c_str(), &attributes), "dfs_stat");
    });
    each_file("read", file_bytes, count, [&](const std::string& name) {
      dfs_obj_t* const file = open(name, O_RDONLY);
      if (file_bytes > 0) transfer(file, content, 0, false);
      check(dfs_release(file), "dfs_release");
    });
    each_file("remove", file_bytes, count, [&](const std::string& name) {
      check(dfs_remove(dfs_, nullptr, name.c_str(), false, nullptr), "dfs_remove");
    });
  }

 private:
  dfs_obj_t* open(const std::string& name, int flags) {
    dfs_obj_t* file = nullptr;
    check(dfs_open(dfs_, nullptr, name.c_str(), S_IFREG | 0644, flags, 0, 0, nullptr, &file), "dfs_open");
    return file;
  }

  void transfer(dfs_obj_t* file, std::vector<char>& buffer, uint64_t offset, bool writes) {
    d_iov_t iov{};
    d_iov_set(&iov, buffer.data(), buffer.size());
    d_sg_list_t sgl{.sg_nr = 1, .sg_nr_out = 0, .sg_iovs = &iov};
    daos_size_t read = 0;
    if (writes) {
      check(dfs_write(dfs_, file, &sgl, offset, nullptr), "dfs_write");
    } else {
      check(dfs_read(dfs_, file, &sgl, offset, &read, nullptr), "dfs_read");
    }
  }

  template <class Action>
  void each_file(const char* what, size_t file_bytes, int count, Action action) {
    const double begin = seconds_now();
    for (int i = 0; i < count; i++) action("file" + std::to_string(i));
    const double us = (seconds_now() - begin) * 1e6 / count;
    print_rate((std::string(what) + ", " + std::to_string(file_bytes) + " B a file").c_str(), us);
  }

  dfs_t* dfs_ = nullptr;
};

}  // namespace

void file_rows(double seconds) {
  FileRows rows;
  rows.large(", 1 MiB requests", 1 << 20);
  rows.large(", 47008 B requests", 47008);
  const int files = static_cast<int>(seconds * 5000);
  rows.small(0, files);
  rows.small(kSmallFileBytes, files);
}

}  // namespace firn::bench

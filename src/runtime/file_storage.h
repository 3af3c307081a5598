// FileStorage: a node's devices as sparse files under one directory. Belongs to its executor's thread. The
// directory belongs to one process at a time (who serves it holds a lock); two storages of one process may
// share it if each device is opened by one of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "runtime/block_device.h"
#include "runtime/device_kind.h"
#include "runtime/uring_executor.h"

namespace firn {

struct FileStorageOptions {
  DeviceKind kind = DeviceKind::automatic;
  Log* log = nullptr;  // is told, once, if automatic is no better than buffered; outlives the storage
};

class FileStorage final : public Storage {
 public:
  // `root` is made, with its parents, when the first device is created. The executor outlives the storage and
  // its devices.
  FileStorage(UringExecutor& executor, std::string root, FileStorageOptions options = {});

  // The file first gets the name "<name>~", so that one that a crash left half made is never opened nor
  // listed. At most one call per name at a time.
  Task<Result<std::unique_ptr<BlockDevice>>> create(std::string name, uint64_t size_bytes) override;
  Task<Result<std::unique_ptr<BlockDevice>>> open(std::string name) override;
  // Directories that become empty stay.
  Task<Result<void>> remove(std::string name) override;
  Task<Result<std::vector<std::string>>> list(std::string prefix) override;

 private:
  std::string path(const std::string& name) const { return root_ + "/" + name; }
  Task<Result<void>> make_file(std::string path, uint64_t size_bytes);
  Task<Result<void>> make_directory(std::string path);
  Task<Result<void>> sync_directory(std::string path);

  UringExecutor& executor_;
  std::string root_;
  const FileStorageOptions options_;
  bool said_buffered_ = false;
};

}  // namespace firn

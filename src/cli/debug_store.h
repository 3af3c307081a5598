// Stores for `firn debug`: finds the files of stores that no engine has open, and opens them for reading
// only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "runtime/block_device.h"
#include "runtime/descriptor.h"
#include "runtime/uring_executor.h"

namespace firn::cli {

// Which stores are meant: two files, or those of a system's directory.
struct StoreChoice {
  std::string system;  // its directory
  std::string pool;    // UUID; empty: any
  std::optional<uint32_t> target;
  std::string log;  // both or none
  std::string main;
};

struct StoreFiles {
  std::string log;
  std::string main;
};

struct ChosenStores {
  Descriptor lock;  // of the system's directory: no engine starts there meanwhile
  std::vector<StoreFiles> stores;
};

// At least one store. Code::in_use while an engine runs in the system's directory; not_found, invalid, io.
// Given two files, it is the caller's business that nobody uses them.
Result<ChosenStores> choose_stores(const StoreChoice& choice);

// A file or block device that can be read and refuses to be written. The executor outlives it.
Result<std::unique_ptr<BlockDevice>> open_for_reading(UringExecutor& executor, const std::string& path);

}  // namespace firn::cli

// FirnStore: a vos::Store on files of its own directory, with the runtime that it runs on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/real_runtime.h"
#include "vos/store.h"
#include "vos_bench/counting_device.h"
#include "vos_bench/must.h"

namespace firn::bench {

struct FirnSetup {
  std::string directory;
  uint64_t log_device_bytes = 1ull << 30;
  uint64_t main_device_bytes = 4ull << 30;
  DeviceKind kind = DeviceKind::automatic;
  // Devices are written from end to end beforehand, as a disk's blocks are there already: what is measured is
  // then not the host's file system allocating space.
  bool prewrite_log = false;
  bool prewrite_main = false;
  bool count_bytes = false;
  vos::StoreOptions options;
  std::string text() const;
};

class FirnStore {
 public:
  explicit FirnStore(FirnSetup setup);
  ~FirnStore();
  FirnStore(const FirnStore&) = delete;
  FirnStore& operator=(const FirnStore&) = delete;

  RealRuntime& runtime() { return *runtime_; }
  vos::Store& store() { return *store_; }
  const FirnSetup& setup() const { return setup_; }
  // Of both devices; precondition: setup.count_bytes.
  const DeviceCounts& counts() const { return counts_; }
  template <class T>
  T run(Task<Result<T>> task) {
    return must(runtime_->run(std::move(task)));
  }
  void open();
  void close();
  // As a crash does: what is in memory is lost.
  void drop() { store_.reset(); }

 private:
  Task<Result<void>> format();
  Task<Result<void>> create_device(std::string name, uint64_t bytes, bool prewrite);
  Task<Result<std::unique_ptr<BlockDevice>>> open_device(std::string name);
  Task<Result<std::unique_ptr<vos::Store>>> open_devices();

  FirnSetup setup_;
  DeviceCounts counts_;
  std::unique_ptr<RealRuntime> runtime_;
  std::unique_ptr<vos::Store> store_;
};

}  // namespace firn::bench

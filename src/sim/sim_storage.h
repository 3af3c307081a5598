// SimStorage and SimDevice: one thread's access to its node's SimDisk, as the Storage and BlockDevice
// interfaces. Faults: sim_disk.h. After the node's death every operation stays suspended for ever.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/block_device.h"
#include "sim/sim_disk.h"

namespace firn::sim {

class SimDevice final : public BlockDevice {
 public:
  SimDevice(SimDisk& disk, EventOwner owner, std::string name, std::shared_ptr<SimFile> file)
      : disk_(disk), owner_(owner), name_(std::move(name)), file_(std::move(file)) {}

  uint64_t size_bytes() const override { return file_->size_bytes(); }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override;
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> flush() override;
  Task<Result<void>> discard(uint64_t offset, uint64_t length_bytes) override;

 private:
  Error io_error(const char* what, uint64_t offset) const;
  uint64_t place_of_write(uint64_t offset, uint64_t length);

  SimDisk& disk_;
  const EventOwner owner_;
  const std::string name_;
  const std::shared_ptr<SimFile> file_;  // shared with the disk: either may let go of it first
};

class SimStorage final : public Storage {
 public:
  SimStorage(SimDisk& disk, EventOwner owner) : disk_(disk), owner_(owner) {}

  Task<Result<std::unique_ptr<BlockDevice>>> create(std::string name, uint64_t size_bytes) override;
  Task<Result<std::unique_ptr<BlockDevice>>> open(std::string name) override;
  Task<Result<void>> remove(std::string name) override;
  Task<Result<std::vector<std::string>>> list(std::string prefix) override;

 private:
  std::unique_ptr<BlockDevice> device(std::string name, std::shared_ptr<SimFile> file) const;

  SimDisk& disk_;
  const EventOwner owner_;
};

}  // namespace firn::sim

// CountingDevice: a device that counts what is written to another.
#pragma once

#include <memory>

#include "runtime/block_device.h"

namespace firn::bench {

struct DeviceCounts {
  uint64_t bytes_written = 0;
  uint64_t flushes = 0;
};

class CountingDevice final : public BlockDevice {
 public:
  // `counts` outlives the device; several devices may share it.
  CountingDevice(std::unique_ptr<BlockDevice> device, DeviceCounts& counts)
      : device_(std::move(device)), counts_(counts) {}

  uint64_t size_bytes() const override { return device_->size_bytes(); }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override {
    return device_->read(offset, target);
  }
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override {
    counts_.bytes_written += total_bytes(parts);
    return device_->write(offset, parts);
  }
  Task<Result<void>> flush() override {
    counts_.flushes++;
    return device_->flush();
  }
  Task<Result<void>> discard(uint64_t offset, uint64_t length_bytes) override {
    return device_->discard(offset, length_bytes);
  }

 private:
  std::unique_ptr<BlockDevice> device_;
  DeviceCounts& counts_;
};

}  // namespace firn::bench

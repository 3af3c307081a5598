// MappedDevice: a BlockDevice that is memory: a mapped file on tmpfs or on persistent memory (DAX). Nothing
// it does waits: its tasks have ended when they are first awaited, without a system call but where space is
// first used. A write is durable when it returns; flush has nothing to do.
#pragma once

#include <optional>
#include <span>
#include <utility>

#include "runtime/block_device.h"
#include "runtime/mapped_file.h"

namespace firn {

class MappedDevice final : public BlockDevice, private DeviceMemory {
 public:
  // `medium` decides how writes are made durable: as the file's needs it, or more.
  MappedDevice(MappedFile file, MappedMedium medium) : file_(std::move(file)), medium_(medium) {}

  uint64_t size_bytes() const override { return file_.size_bytes(); }
  DeviceMemory* memory() override { return this; }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override;
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> flush() override;
  // Gives back what lies in the range of the steps in which space is reserved.
  Task<Result<void>> discard(uint64_t offset, uint64_t length_bytes) override;

 private:
  std::optional<ByteView> view(uint64_t offset, uint64_t length_bytes) override;
  Result<void> store(uint64_t offset, std::span<const ByteView> parts) override;

  MappedFile file_;
  const MappedMedium medium_;
};

}  // namespace firn

// FileDevice: a BlockDevice on a file or disk, by io_uring.
#pragma once

#include <string>

#include "runtime/block_device.h"
#include "runtime/descriptor.h"
#include "runtime/uring_executor.h"

namespace firn {

class FileDevice final : public BlockDevice {
 public:
  // `path` is for error messages.
  FileDevice(UringExecutor& executor, Descriptor file, std::string path, uint64_t size_bytes);

  uint64_t size_bytes() const override { return size_bytes_; }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override;
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> flush() override;
  Task<Result<void>> write_durably(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> discard(uint64_t offset, uint64_t length_bytes) override;

 private:
  // `flags`: those of pwritev2.
  Task<Result<void>> write_parts(uint64_t offset, std::span<const ByteView> parts, int flags);

  UringExecutor& executor_;
  Descriptor file_;
  std::string path_;
  uint64_t size_bytes_;
};

}  // namespace firn

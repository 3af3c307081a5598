// DirectDevice: a BlockDevice on a file or disk that is read and written past the host's page cache
// (O_DIRECT). What is not aligned as the device needs it takes one copy, through memory that is.
#pragma once

#include <string>

#include "runtime/file_device.h"

namespace firn {

// Powers of two, at most BlockDevice::kAlignmentMax.
struct DirectAlignment {
  uint32_t memory = 0;
  uint32_t offset = 0;  // of positions and lengths
};

class DirectDevice final : public BlockDevice {
 public:
  // `file` is open with O_DIRECT; its size is a multiple of the alignment. `path` is for error messages.
  DirectDevice(UringExecutor& executor, Descriptor file, std::string path, uint64_t size_bytes,
               DirectAlignment alignment);

  uint64_t size_bytes() const override { return file_.size_bytes(); }
  uint32_t alignment() const override { return alignment_.offset; }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override;
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> write_durably(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> flush() override { return file_.flush(); }
  Task<Result<void>> discard(uint64_t offset, uint64_t length_bytes) override {
    return file_.discard(offset, length_bytes);
  }

 private:
  bool is_aligned(ByteView bytes) const;
  Task<Result<void>> read_by_copy(uint64_t offset, MutableBytes target);
  using Write = Task<Result<void>> (FileDevice::*)(uint64_t, std::span<const ByteView>);
  Task<Result<void>> write_aligned(uint64_t offset, std::span<const ByteView> parts, Write write);
  Task<Result<void>> write_by_copy(uint64_t offset, std::span<const ByteView> parts, Write write);

  FileDevice file_;
  const DirectAlignment alignment_;
};

}  // namespace firn

// MappedFile: a sparse file in memory whose bytes can be touched without fear. Touching a hole of a mapped
// file takes space, and kills the process when there is none; so space is reserved here, a step at a time,
// before anything touches it, and holes are read by a system call instead.
//
// Somebody who cuts the file while it is mapped does kill the process, as does a memory error of the medium.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "runtime/descriptor.h"

namespace firn {

// What has to be done for a write to a mapping to outlive what the file outlives.
enum class MappedMedium {
  memory,      // nothing: tmpfs lives as long as the host runs, and nothing makes it live longer
  persistent,  // flush it from the processor's caches: persistent memory (DAX)
};

class MappedFile {
 public:
  // Code::unsupported if the file system is neither tmpfs nor on persistent memory; Code::invalid for a file
  // shorter than `size_bytes`; Code::io. `path` is for error messages.
  static Result<MappedFile> map(Descriptor file, std::string path, uint64_t size_bytes);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  uint64_t size_bytes() const { return size_bytes_; }
  MappedMedium medium() const { return medium_; }

  // Memory of the range, to be written: its space is reserved from now on. Code::no_space, io.
  Result<MutableBytes> writable(uint64_t offset, uint64_t length_bytes);
  // In memory only, as write_new(): whether that is the cheaper way to write the range, because most of it is
  // new and comes in small pages.
  bool is_new(uint64_t offset, uint64_t length_bytes);
  // Writes by a system call: new pages are then filled without being cleared and mapped first.
  // Code::no_space, io.
  Result<void> write_new(uint64_t offset, std::span<const ByteView> parts);
  // Whether the range can be read in place: it has its space.
  bool readable(uint64_t offset, uint64_t length_bytes);
  const std::byte* data() const { return data_; }
  // For any range; holes are zeros.
  Result<void> read(uint64_t offset, MutableBytes target);
  // Gives back the steps that lie in the range; nothing refers to their memory.
  Result<void> discard(uint64_t offset, uint64_t length_bytes);

 private:
  MappedFile(Descriptor file, std::string path, uint64_t size_bytes, MappedMedium medium);
  Result<void> map_memory();
  Result<void> reserve(uint64_t step);
  bool touch(uint64_t step);
  bool holds_data(uint64_t step) const;
  uint64_t step_end(uint64_t step) const;

  Descriptor file_;
  std::string path_;
  uint64_t size_bytes_;
  MappedMedium medium_;
  uint64_t step_bytes_;
  std::byte* data_ = nullptr;
  std::vector<bool> reserved_;  // by step: its space is known to be there
};

}  // namespace firn

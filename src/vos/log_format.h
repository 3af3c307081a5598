// The log's bytes on its device; docs/formats/log.md. A header block, then the ring.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/uuid.h"
#include "runtime/block_device.h"
#include "runtime/task.h"
#include "vos/lsn.h"

namespace firn::vos {

constexpr uint32_t kLogVersion = 2;
constexpr std::array<char, 8> kLogMagic = {'F', 'I', 'R', 'N', 'L', 'O', 'G', '\0'};
constexpr uint64_t kLogHeaderBytes = 4096;
constexpr uint64_t kLogDeviceBytesMin = 1 << 20;
constexpr uint32_t kLogBatchMagic = 0x544c4246;  // "FBLT"
constexpr uint64_t kLogAlignment = 64;           // the least, for memory; a device may need more

// Whose log it is. The salt is random, drawn when the log is formatted, and leaves the device with nobody:
// data that a client stores inside a record cannot pass for a batch.
struct LogIdentity {
  Uuid store;
  uint64_t salt = 0;
  friend auto operator<=>(const LogIdentity&, const LogIdentity&) = default;
};

// In front of each batch. Little endian.
struct LogBatchHeader {
  uint32_t magic;
  uint32_t crc;  // CRC32C of what follows this field, to the end of the payload
  uint32_t version;
  uint32_t payload_bytes;  // records, and zeros up to the device's alignment
  uint32_t record_count;
  uint32_t generation;
  uint64_t sequence;
  uint64_t lsn;   // of this header
  uint64_t salt;  // says whose it is
};
static_assert(sizeof(LogBatchHeader) == 48);
constexpr size_t kLogBatchCrcFrom = 8;

// In front of each record.
struct LogRecordHeader {
  uint32_t bytes;
};
static_assert(sizeof(LogRecordHeader) == 4);

constexpr uint64_t log_align(uint64_t bytes, uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

// Batches begin at multiples of it, on this device.
inline uint64_t log_alignment_of(BlockDevice& device) {
  if (device.memory() != nullptr) return kLogAlignment;
  return std::max(BlockDevice::kSectorBytes, device.alignment());
}

// Where a log begins or goes on: always the start of a batch.
struct LogPosition {
  Lsn lsn;
  uint64_t sequence = 1;    // of the batch that is or will be there
  uint32_t generation = 1;  // of the batch before; grows with each opening of the store
  friend auto operator<=>(const LogPosition&, const LogPosition&) = default;
};

// Where in the device a position of the log lies.
struct LogRing {
  uint64_t bytes = 0;
  uint64_t offset_of(Lsn lsn) const { return kLogHeaderBytes + lsn.value % bytes; }
  static LogRing of_device(const BlockDevice& device);
};

// Reads or writes the ring from a position on, around its end where necessary. At most the ring's length.
Task<Result<void>> read_log_ring(BlockDevice& device, Lsn lsn, MutableBytes target);
Task<Result<void>> write_log_ring(BlockDevice& device, Lsn lsn, ByteView bytes);
Task<Result<void>> write_log_ring_durably(BlockDevice& device, Lsn lsn, ByteView bytes);
// The same on a device that is memory, with its ring. Durable when it returns.
Result<void> store_log_ring(DeviceMemory& memory, LogRing ring, Lsn lsn, ByteView bytes);

// The header of a batch at `bytes` (at least sizeof(LogBatchHeader)).
LogBatchHeader load_log_batch_header(const std::byte* bytes);
void store_log_batch_header(std::byte* bytes, const LogBatchHeader& header);
// Of header and payload, which follow each other in `batch`; what the header says about its CRC does not
// matter.
uint32_t log_batch_crc(ByteView batch);

// Writes the header block; not flushed.
Task<Result<void>> write_log_header(BlockDevice& device, LogIdentity identity);
// Code::corrupt, Code::version; Code::invalid if the device is of another size than when it was formatted.
Task<Result<LogIdentity>> read_log_header(BlockDevice& device);

}  // namespace firn::vos

// The log's header block and batch headers; see log_format.h.
#include "vos/log_format.h"

#include <algorithm>
#include <cstring>

#include "base/buffer.h"
#include "base/endian.h"
#include "codec/crc32c.h"

namespace firn::vos {

namespace {

// The first block of the log device; zeros up to its end.
struct LogHeader {
  std::array<char, 8> magic;
  uint32_t version;
  uint32_t crc;  // CRC32C of the block with this field zero
  std::array<uint8_t, 16> store;
  uint64_t salt;
  uint64_t device_bytes;
};
static_assert(sizeof(LogHeader) == 48);

constexpr size_t kCrcAt = offsetof(LogHeader, crc);

uint32_t crc_of_block(MutableBytes block) {
  store_little<uint32_t>(block.data() + kCrcAt, 0);
  return crc32c(block);
}

Error not_a_log(std::string what) {
  return fail(Code::corrupt, std::move(what))
      .on("device", "log")
      .on("offset", uint64_t{0})
      .remedy("check that the right device is given; if it is, restore the store from its replicas");
}

Result<LogIdentity> parse(MutableBytes block, uint64_t device_bytes) {
  LogHeader header;
  std::memcpy(&header, block.data(), sizeof header);
  if (header.magic != kLogMagic) return not_a_log("the log device does not begin with a log header");
  if (to_little(header.crc) != crc_of_block(block))
    return not_a_log("the log header does not match its checksum");
  if (to_little(header.version) != kLogVersion) {
    return fail(Code::version, "the log is of a format that this version does not read")
        .on("version", to_little(header.version))
        .remedy("use the version of Firn that wrote it, or a newer one");
  }
  if (to_little(header.device_bytes) != device_bytes) {
    return fail(Code::invalid, "the log device is not of the size it was formatted with")
        .on("bytes", device_bytes)
        .on("formatted_bytes", to_little(header.device_bytes))
        .remedy("give the device its former size again");
  }
  return LogIdentity{Uuid{header.store}, to_little(header.salt)};
}

}  // namespace

LogRing LogRing::of_device(const BlockDevice& device) {
  return {(device.size_bytes() - kLogHeaderBytes) / kLogHeaderBytes * kLogHeaderBytes};
}

Task<Result<void>> read_log_ring(BlockDevice& device, Lsn lsn, MutableBytes target) {
  const LogRing ring = LogRing::of_device(device);
  const uint64_t offset = ring.offset_of(lsn);
  const uint64_t before_wrap = std::min<uint64_t>(target.size(), kLogHeaderBytes + ring.bytes - offset);
  FIRN_CO_CHECK(co_await device.read(offset, target.first(before_wrap)));
  if (before_wrap == target.size()) co_return Result<void>();
  co_return co_await device.read(kLogHeaderBytes, target.subspan(before_wrap));
}

namespace {
struct RingParts {
  ByteView first;
  ByteView rest;  // from the ring's start on
};
RingParts split_at_wrap(LogRing ring, Lsn lsn, ByteView bytes) {
  const uint64_t before_wrap = std::min(bytes.size(), kLogHeaderBytes + ring.bytes - ring.offset_of(lsn));
  return {bytes.first(before_wrap), bytes.subspan(before_wrap)};
}

using Write = Task<Result<void>> (BlockDevice::*)(uint64_t offset, std::span<const ByteView> parts);
Task<Result<void>> write_ring(BlockDevice* device, Lsn lsn, ByteView bytes, Write write) {
  const LogRing ring = LogRing::of_device(*device);
  const RingParts parts = split_at_wrap(ring, lsn, bytes);
  FIRN_CO_CHECK(co_await (device->*write)(ring.offset_of(lsn), {&parts.first, 1}));
  if (parts.rest.empty()) co_return Result<void>();
  co_return co_await (device->*write)(kLogHeaderBytes, {&parts.rest, 1});
}
}  // namespace

Task<Result<void>> write_log_ring(BlockDevice& device, Lsn lsn, ByteView bytes) {
  return write_ring(&device, lsn, bytes, &BlockDevice::write);
}

Task<Result<void>> write_log_ring_durably(BlockDevice& device, Lsn lsn, ByteView bytes) {
  return write_ring(&device, lsn, bytes, &BlockDevice::write_durably);
}

Result<void> store_log_ring(DeviceMemory& memory, LogRing ring, Lsn lsn, ByteView bytes) {
  const RingParts parts = split_at_wrap(ring, lsn, bytes);
  FIRN_CHECK(memory.store(ring.offset_of(lsn), {&parts.first, 1}));
  if (parts.rest.empty()) return {};
  return memory.store(kLogHeaderBytes, {&parts.rest, 1});
}

LogBatchHeader load_log_batch_header(const std::byte* bytes) {
  LogBatchHeader header;
  std::memcpy(&header, bytes, sizeof header);
  for (uint32_t* field : {&header.magic, &header.crc, &header.version, &header.payload_bytes,
                          &header.record_count, &header.generation}) {
    *field = to_little(*field);
  }
  for (uint64_t* field : {&header.sequence, &header.lsn, &header.salt}) *field = to_little(*field);
  return header;
}

void store_log_batch_header(std::byte* bytes, const LogBatchHeader& header) {
  LogBatchHeader little = header;
  for (uint32_t* field : {&little.magic, &little.crc, &little.version, &little.payload_bytes,
                          &little.record_count, &little.generation}) {
    *field = to_little(*field);
  }
  for (uint64_t* field : {&little.sequence, &little.lsn, &little.salt}) *field = to_little(*field);
  std::memcpy(bytes, &little, sizeof little);
}

uint32_t log_batch_crc(ByteView batch) { return crc32c(batch.subspan(kLogBatchCrcFrom)); }

Task<Result<void>> write_log_header(BlockDevice& device, LogIdentity identity) {
  Buffer block(kLogHeaderBytes);
  std::memset(block.data(), 0, block.size());
  const LogHeader header = {kLogMagic,
                            to_little(kLogVersion),
                            0,
                            identity.store.bytes,
                            to_little(identity.salt),
                            to_little(device.size_bytes())};
  std::memcpy(block.data(), &header, sizeof header);
  store_little(block.data() + kCrcAt, crc_of_block(block.bytes()));
  const ByteView part = block.bytes();
  co_return co_await device.write(0, {&part, 1});
}

Task<Result<LogIdentity>> read_log_header(BlockDevice& device) {
  if (device.size_bytes() < kLogDeviceBytesMin) {
    co_return not_a_log("the log device is too small to hold a log");
  }
  Buffer block(kLogHeaderBytes);
  FIRN_CO_CHECK(co_await device.read(0, block.bytes()));
  co_return parse(block.bytes(), device.size_bytes());
}

}  // namespace firn::vos

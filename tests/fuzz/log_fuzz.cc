// Damaged logs: an error, or a prefix of what was written, and a store that works. Each change is offset and
// value; the input's first byte says whether the batch around it gets a checksum that matches.
#include "codec/crc32c.h"
#include "store_devices.h"

namespace {

using namespace firn::vos;

// The batch that begins at or before the offset in the undamaged log.
uint64_t batch_before(const std::vector<std::byte>& log, uint64_t offset) {
  uint64_t at = offset / kLogAlignment * kLogAlignment;
  while (at > kLogHeaderBytes && firn::load_little<uint32_t>(&log[at]) != kLogBatchMagic) at -= kLogAlignment;
  return at;
}

void fix_checksum(std::vector<std::byte>& log, uint64_t batch) {
  const LogBatchHeader header = load_log_batch_header(&log[batch]);
  const uint64_t bytes = sizeof header + uint64_t{header.payload_bytes};
  if (bytes > log.size() - batch) return;
  firn::store_little(&log[batch + offsetof(LogBatchHeader, crc)], log_batch_crc({&log[batch], bytes}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzStore& store = FuzzStore::copy_of_base();
  FuzzInput input(data, size);
  const bool fix = input.number(1) % 2 == 0;
  constexpr uint64_t kUsedBytes = 64 << 10;
  while (!input.empty()) {
    const uint64_t offset = kLogHeaderBytes + input.number(2) % kUsedBytes;
    store.log.current[offset] = static_cast<std::byte>(input.number(1));
    if (fix) fix_checksum(store.log.current, batch_before(FuzzStore::base().log.current, offset));
  }
  store.use();
  return 0;
}

// Damaged superblocks and log headers: an error, or a store that works. Each change is slot, offset, value;
// the input's first byte says whether checksums are made to match afterwards, so that the fields themselves
// are tried.
#include "codec/crc32c.h"
#include "store_devices.h"

namespace {

constexpr size_t kCrcAt = 12;  // in both kinds of header

void fix_checksum(firn::MutableBytes block) {
  firn::store_little<uint32_t>(block.data() + kCrcAt, 0);
  firn::store_little(block.data() + kCrcAt, firn::crc32c(block));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace firn::vos;
  FuzzStore& store = FuzzStore::copy_of_base();
  FuzzInput input(data, size);
  const bool fix = input.number(1) % 2 == 0;
  const firn::MutableBytes blocks[] = {{store.main.current.data(), kBlockBytes},
                                       {store.main.current.data() + kBlockBytes, kBlockBytes},
                                       {store.log.current.data(), kLogHeaderBytes}};
  while (!input.empty()) {
    const firn::MutableBytes block = blocks[input.number(1) % 3];
    const uint64_t offset = input.number(1) % 128;
    block[offset] = static_cast<std::byte>(input.number(1));
    if (fix) fix_checksum(block);
  }
  store.use();
  return 0;
}

// The pair of superblocks; see superblock.h.
#include "vos/superblock.h"

#include <cstring>

#include "base/assert.h"
#include "base/buffer.h"
#include "base/endian.h"
#include "codec/crc32c.h"

namespace firn::vos {

namespace {

// Zeros from its end to the end of the block. Magic, version and crc stay where they are in all versions.
struct SuperblockBytes {
  std::array<char, 8> magic;
  uint32_t version;
  uint32_t crc;  // CRC32C of the block with this field zero
  std::array<uint8_t, 16> store;
  uint64_t log_salt;
  uint64_t main_bytes;
  uint64_t log_bytes;
  uint64_t checkpoint;
  uint32_t block_bytes;
  uint32_t page_bytes;
  uint32_t reserve_percent;
  uint32_t flags;
  BlobRef root;
};
static_assert(sizeof(SuperblockBytes) == 104);

constexpr uint32_t kFlagClean = 1;
constexpr size_t kCrcAt = offsetof(SuperblockBytes, crc);

uint32_t crc_of_block(MutableBytes block) {
  store_little<uint32_t>(block.data() + kCrcAt, 0);
  return crc32c(block);
}

Buffer encode(const Superblock& superblock) {
  SuperblockBytes bytes = {};
  bytes.magic = kSuperblockMagic;
  bytes.version = to_little(kStoreVersion);
  bytes.store = superblock.store.bytes;
  bytes.log_salt = to_little(superblock.log_salt);
  bytes.main_bytes = to_little(superblock.main_bytes);
  bytes.log_bytes = to_little(superblock.log_bytes);
  bytes.checkpoint = to_little(superblock.checkpoint);
  bytes.block_bytes = to_little(kBlockBytes);
  bytes.page_bytes = to_little(kPageBytes);
  bytes.reserve_percent = to_little(superblock.reserve_percent);
  bytes.flags = to_little(superblock.clean ? kFlagClean : 0);
  Buffer block(kBlockBytes);
  std::memset(block.data(), 0, block.size());
  std::memcpy(block.data(), &bytes, sizeof bytes);
  store_blob_ref(block.data() + offsetof(SuperblockBytes, root), superblock.root);
  store_little(block.data() + kCrcAt, crc_of_block(block.bytes()));
  return block;
}

// Changes the block (its crc field).
SuperblockSlot decode(MutableBytes block) {
  SuperblockBytes bytes;
  std::memcpy(&bytes, block.data(), sizeof bytes);
  SuperblockSlot slot;
  slot.version = to_little(bytes.version);
  if (bytes.magic == std::array<char, 8>{}) return slot;
  slot.state = SuperblockState::damaged;
  if (bytes.magic != kSuperblockMagic || to_little(bytes.crc) != crc_of_block(block)) return slot;
  slot.state = SuperblockState::other_version;
  if (slot.version != kStoreVersion || to_little(bytes.block_bytes) != kBlockBytes ||
      to_little(bytes.page_bytes) != kPageBytes) {
    return slot;
  }
  slot.state = SuperblockState::valid;
  slot.superblock = {Uuid{bytes.store},
                     to_little(bytes.log_salt),
                     to_little(bytes.main_bytes),
                     to_little(bytes.log_bytes),
                     to_little(bytes.reserve_percent),
                     to_little(bytes.checkpoint),
                     load_blob_ref(block.data() + offsetof(SuperblockBytes, root)),
                     (to_little(bytes.flags) & kFlagClean) != 0};
  if (slot.superblock.reserve_percent > 100) slot.state = SuperblockState::damaged;
  return slot;
}

}  // namespace

Result<LoadedSuperblock> choose_superblock(const SuperblockSlots& slots, uint64_t main_bytes) {
  std::optional<LoadedSuperblock> newest;
  bool empty = true;
  for (uint32_t i = 0; i < kSuperblockSlots; i++) {
    const SuperblockSlot& slot = slots[i];
    // The newer of the two may be the one that we cannot read.
    if (slot.state == SuperblockState::other_version) {
      return fail(Code::version, "the store is of a format that this version does not read")
          .on("version", slot.version)
          .remedy("use the version of Firn that wrote it, or a newer one");
    }
    empty &= slot.state == SuperblockState::empty;
    if (slot.state != SuperblockState::valid) continue;
    if (newest && newest->superblock.store != slot.superblock.store) {
      return fail(Code::corrupt, "the two superblocks are of different stores")
          .on("device", "main")
          .remedy("check that the right device is given; if it is, restore the store from its replicas");
    }
    if (!newest || newest->superblock.checkpoint < slot.superblock.checkpoint) newest = {slot.superblock, i};
  }
  if (!newest) {
    return fail(Code::corrupt, empty ? "the main device holds no store" : "both superblocks are damaged")
        .on("device", "main")
        .on("blocks", "0, 1")
        .remedy("check that the right device is given; if it is, restore the store from its replicas");
  }
  if (newest->superblock.main_bytes != main_bytes) {
    return fail(Code::invalid, "the main device is not of the size it was formatted with")
        .on("bytes", main_bytes)
        .on("formatted_bytes", newest->superblock.main_bytes)
        .remedy("give the device its former size again");
  }
  return *newest;
}

Task<Result<void>> write_superblock(BlockDevice& main, Superblock superblock, uint32_t slot) {
  FIRN_ASSERT(slot < kSuperblockSlots);
  const Buffer block = encode(superblock);
  const ByteView part = block.bytes();
  co_return co_await main.write(uint64_t{slot} * kBlockBytes, {&part, 1});
}

Task<Result<void>> erase_superblocks(BlockDevice& main) {
  Buffer zeros(kSuperblockSlots * kBlockBytes);
  std::memset(zeros.data(), 0, zeros.size());
  const ByteView part = zeros.bytes();
  co_return co_await main.write(0, {&part, 1});
}

Task<Result<SuperblockSlots>> read_superblock_slots(BlockDevice& main) {
  if (main.size_bytes() < kMainDeviceBytesMin) {
    co_return fail(Code::corrupt, "the main device is too small to hold a store")
        .on("bytes", main.size_bytes())
        .remedy("check that the right device is given");
  }
  Buffer blocks(kSuperblockSlots * kBlockBytes);
  FIRN_CO_CHECK(co_await main.read(0, blocks.bytes()));
  SuperblockSlots slots;
  for (uint32_t i = 0; i < kSuperblockSlots; i++) {
    slots[i] = decode(blocks.bytes().subspan(uint64_t{i} * kBlockBytes, kBlockBytes));
  }
  co_return slots;
}

Task<Result<LoadedSuperblock>> read_superblock(BlockDevice& main) {
  FIRN_CO_TRY(const SuperblockSlots slots, co_await read_superblock_slots(main));
  co_return choose_superblock(slots, main.size_bytes());
}

Task<Result<void>> settle_superblock(BlockDevice& main, LoadedSuperblock loaded) {
  // One after the other: a crash must not find both torn.
  for (const uint32_t slot : {loaded.slot, 1 - loaded.slot}) {
    FIRN_CO_CHECK(co_await write_superblock(main, loaded.superblock, slot));
    FIRN_CO_CHECK(co_await main.flush());
  }
  co_return Result<void>();
}

}  // namespace firn::vos

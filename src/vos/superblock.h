// Superblock: where a store begins. Two copies, in blocks 0 and 1 of the main device; each checkpoint
// overwrites the one that is not valid or older, so that one is whole at any time.
// docs/formats/superblock.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/uuid.h"
#include "runtime/block_device.h"
#include "vos/blob.h"
#include "vos/lsn.h"

namespace firn::vos {

constexpr uint32_t kStoreVersion = 1;  // of all that is on the main device
constexpr std::array<char, 8> kSuperblockMagic = {'F', 'I', 'R', 'N', 'M', 'A', 'I', 'N'};
constexpr uint32_t kSuperblockSlots = 2;
constexpr uint64_t kMainDeviceBytesMin = 4 << 20;

struct Superblock {
  Uuid store;
  uint64_t log_salt = 0;    // of the log that belongs to it
  uint64_t main_bytes = 0;  // of the devices, when formatted
  uint64_t log_bytes = 0;
  uint32_t reserve_percent = 0;
  uint64_t checkpoint = 0;  // grows with each
  BlobRef root;             // of that checkpoint
  bool clean = false;       // the store was closed after it: the log holds nothing behind it
};

// What one of the two blocks holds.
enum class SuperblockState {
  empty,          // zeros where the magic stands
  damaged,        // no superblock, or one that does not match its checksum
  other_version,  // whole, and not of a format that this version reads
  valid,
};
struct SuperblockSlot {
  SuperblockState state = SuperblockState::empty;
  uint32_t version = 0;
  Superblock superblock;  // if valid
};
using SuperblockSlots = std::array<SuperblockSlot, kSuperblockSlots>;

struct LoadedSuperblock {
  Superblock superblock;
  uint32_t slot = 0;
};

// Writes that slot; not flushed.
Task<Result<void>> write_superblock(BlockDevice& main, Superblock superblock, uint32_t slot);
// Zeros in both: no store. Not flushed.
Task<Result<void>> erase_superblocks(BlockDevice& main);
// Both, whatever they hold. Code::corrupt if the device is too small to hold a store; Code::io.
Task<Result<SuperblockSlots>> read_superblock_slots(BlockDevice& main);
// The newest valid. Code::corrupt if none is; Code::version if a store of another format is there;
// Code::invalid if the device is not of the size it was formatted with; Code::io.
Task<Result<LoadedSuperblock>> read_superblock(BlockDevice& main);
// The same choice among slots that were read from a device of that size.
Result<LoadedSuperblock> choose_superblock(const SuperblockSlots& slots, uint64_t main_bytes);

// Makes durable that the loaded one is in force, whatever the process before was told: its last flush may
// have failed, so that it can be read but is not durable; and a write to the other slot that failed may still
// reach the medium, after its blocks were used for something else. Both slots hold it afterwards.
Task<Result<void>> settle_superblock(BlockDevice& main, LoadedSuperblock loaded);

}  // namespace firn::vos

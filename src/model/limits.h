// Limits of this version. Each is checked where requests enter and answered with Code::too_big (or
// name_too_long).
#pragma once

#include <cstdint>

namespace firn {

constexpr uint32_t kKeyBytesMax = 2048;                 // a dkey, an akey
constexpr uint32_t kItemsPerRequestMax = 1024;          // akeys of one update or fetch
constexpr uint32_t kExtentsPerRequestMax = 16384;       // recxs of one update or fetch, all akeys together
constexpr uint64_t kRequestDataBytesMax = 32ull << 20;  // payload of one update or fetch
constexpr uint64_t kRecordIndexMax = 1ull << 63;        // record indices are below this
constexpr uint32_t kListEntriesMax = 4096;              // keys or extents of one list answer
constexpr uint32_t kLabelBytesMax = 127;
constexpr uint32_t kAttributeNameBytesMax = 511;
constexpr uint64_t kAttributesBytesMax = 512 << 10;  // names and values of one pool or container together
constexpr uint32_t kPlacementGroupsMax = 65536;
constexpr uint32_t kPlacementGroupsDefault = 1024;

}  // namespace firn

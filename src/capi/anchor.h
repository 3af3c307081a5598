// What the library keeps in a daos_anchor_t: where a list goes on. An anchor has room for the beginning of a
// key only; of a longer one it keeps that, and how many keys behind it were told already.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include <daos_types.h>

#include "client/object.h"

namespace firn::capi {

struct KeyAnchor {
  static constexpr size_t kKeyBytesMax = 92;
  uint32_t group = 0;
  uint32_t told = 0;       // keys behind `key` that were told
  uint16_t one_group = 0;  // the list ends with it
  uint16_t key_bytes = 0;  // 0: from the group's beginning
  char key[kKeyBytesMax] = {};

  // Goes on behind a key.
  void set_key(std::string_view behind) {
    key_bytes = static_cast<uint16_t>(std::min(behind.size(), kKeyBytesMax));
    std::memcpy(key, behind.data(), key_bytes);
  }
  client::ListAnchor position() const {
    client::ListAnchor at{.group = group, .after = {}, .end = false};
    if (key_bytes > 0) at.after = Key(key, std::min<size_t>(key_bytes, kKeyBytesMax));
    return at;
  }
};
static_assert(sizeof(KeyAnchor) == DAOS_ANCHOR_BUF_MAX);

template <class State>
State load_anchor(const daos_anchor_t& anchor) {
  State state;
  static_assert(sizeof state <= sizeof anchor.da_buf);
  if (anchor.da_type != DAOS_ANCHOR_TYPE_ZERO) std::memcpy(&state, anchor.da_buf, sizeof state);
  return state;
}

template <class State>
void store_anchor(const State& state, bool end, daos_anchor_t& anchor) {
  anchor.da_type = end ? DAOS_ANCHOR_TYPE_EOF : DAOS_ANCHOR_TYPE_KEY;
  std::memcpy(anchor.da_buf, &state, sizeof state);
}

// Of a list of extents.
struct ExtentAnchor {
  uint64_t told = 0;
};

}  // namespace firn::capi

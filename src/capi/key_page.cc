// Anchors behind keys; see key_page.h.
#include "capi/key_page.h"

namespace firn::capi {

KeyAnchor anchor_behind(const KeyPage& page, size_t told) {
  KeyAnchor anchor = page.begin;
  if (told == page.keys.size() && page.end.group != page.begin.group)
    return {.group = page.end.group, .one_group = page.begin.one_group};
  if (told == 0) return anchor;
  const Key& last = page.keys[told - 1];
  const bool same = anchor.key_bytes == KeyAnchor::kKeyBytesMax &&
                    last.starts_with(std::string_view(anchor.key, KeyAnchor::kKeyBytesMax));
  if (same) {
    anchor.told += static_cast<uint32_t>(told);
    return anchor;
  }
  anchor.set_key(last);
  anchor.told = 0;
  // A long one: those before it with the same beginning were told too.
  for (size_t i = told; last.size() > KeyAnchor::kKeyBytesMax && i > 0; i--, anchor.told++) {
    const std::string_view beginning(anchor.key, KeyAnchor::kKeyBytesMax);
    if (!page.keys[i - 1].starts_with(beginning) || page.keys[i - 1] == beginning) break;
  }
  return anchor;
}

}  // namespace firn::capi

// KeyPage: some keys of a list, with the anchors before and behind them.
#pragma once

#include <algorithm>
#include <vector>

#include "capi/anchor.h"

namespace firn::capi {

struct KeyPage {
  KeyAnchor begin;
  client::ListAnchor end;
  std::vector<Key> keys;

  // The list ends behind the page.
  bool is_last() const { return end.end || (begin.one_group != 0 && end.group != begin.group); }
};

// The keys from `begin` on, without those that were told. `list(anchor)` gives a
// Task<Result<std::vector<Key>>> of some keys and moves the anchor behind them.
template <class List>
Task<Result<KeyPage>> next_page(KeyAnchor begin, List list) {
  KeyPage page{.begin = begin, .end = begin.position(), .keys = {}};
  for (uint32_t skip = begin.told;;) {
    FIRN_CO_TRY(page.keys, co_await list(page.end));
    const bool nothing = page.keys.empty();
    const auto skipped = std::min<size_t>(skip, page.keys.size());
    page.keys.erase(page.keys.begin(), page.keys.begin() + static_cast<ptrdiff_t>(skipped));
    skip -= static_cast<uint32_t>(skipped);
    const bool group_ended = page.end.end || page.end.group != begin.group;
    if (!page.keys.empty() || nothing || group_ended) co_return page;
  }
}

// Where the list goes on behind the first `told` keys of the page.
KeyAnchor anchor_behind(const KeyPage& page, size_t told);

}  // namespace firn::capi

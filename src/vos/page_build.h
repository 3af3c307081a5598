// Building pages from entries: what a page does not do in place. Compaction, split and merge are all "collect
// the entries, then build": the common prefix is found anew each time, and there is one piece of code to get
// right.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/epoch.h"
#include "vos/lsn.h"
#include "vos/page.h"

namespace firn::vos {

// An entry to be put into a page. The key is in two parts because a page keeps it so; the views must outlive
// the build.
struct PageEntry {
  std::string_view key_begin;
  std::string_view key_rest;
  std::string_view value;

  size_t key_bytes() const { return key_begin.size() + key_rest.size(); }
  std::string key() const;
};
using PageEntries = std::span<const PageEntry>;

struct PageIdentity {
  PageId page;
  uint8_t level = 0;
  Epoch newest_epoch;
};

// Appends the page's entries.
void collect_entries(Page page, std::vector<PageEntry>& entries);

// Bytes of a page with these entries, which are in order. The first key of an inner page does not count: it
// is dropped.
size_t built_bytes(PageEntries entries, uint8_t level);

// Precondition: built_bytes(entries, level) <= kPageBytes, and no entry points into `target`.
void build_page(std::byte* target, const PageIdentity& identity, PageEntries entries);

// Where to split entries that do not fit one page: the first of the right half. `added` is the entry that
// made it too many. Both halves fit and none is empty. Towards the middle, but if the new entry is among the
// last, keys are likely to come in order: then the left half is left nearly full.
size_t choose_split(PageEntries entries, uint8_t level, size_t added);

// The shortest key that is greater than `left` and not greater than `right`. Precondition: left < right.
std::string shortest_separator(const PageEntry& left, const PageEntry& right);

}  // namespace firn::vos

// Building pages from entries; see page_build.h.
#include "vos/page_build.h"

#include <algorithm>

namespace firn::vos {

namespace {

char key_byte(const PageEntry& entry, size_t i) {
  return i < entry.key_begin.size() ? entry.key_begin[i] : entry.key_rest[i - entry.key_begin.size()];
}

size_t common_bytes(const PageEntry& a, const PageEntry& b) {
  const size_t end = std::min(a.key_bytes(), b.key_bytes());
  size_t i = 0;
  if (a.key_begin.data() == b.key_begin.data()) i = std::min(a.key_begin.size(), b.key_begin.size());
  while (i < end && key_byte(a, i) == key_byte(b, i)) i++;
  return i;
}

// The first entry whose key is stored.
size_t first_keyed(uint8_t level) { return level > 0 ? 1 : 0; }

// Keys are in order, so what the outermost share all share.
size_t common_prefix_bytes(PageEntries entries, uint8_t level) {
  const size_t first = first_keyed(level);
  if (entries.size() <= first) return 0;
  return common_bytes(entries[first], entries.back());
}

std::string_view suffix_part(std::string_view part, size_t skip) {
  return part.substr(std::min(skip, part.size()));
}

// Appends with the key's bytes from `skip` on.
void append_entry(Page page, const PageEntry& entry, size_t skip, std::string& scratch) {
  const std::string_view begin = suffix_part(entry.key_begin, skip);
  const std::string_view rest = suffix_part(entry.key_rest, skip - (entry.key_begin.size() - begin.size()));
  if (begin.empty()) return page.append(rest, entry.value);
  if (rest.empty()) return page.append(begin, entry.value);
  scratch.assign(begin).append(rest);
  page.append(scratch, entry.value);
}

}  // namespace

std::string PageEntry::key() const { return std::string(key_begin).append(key_rest); }

void collect_entries(Page page, std::vector<PageEntry>& entries) {
  const std::string_view prefix = page.prefix();
  for (uint32_t slot = 0; slot < page.count(); slot++) {
    const bool keyless = page.level() > 0 && slot == 0;
    entries.push_back({keyless ? std::string_view() : prefix, page.suffix(slot), page.value(slot)});
  }
}

size_t built_bytes(PageEntries entries, uint8_t level) {
  const size_t prefix_bytes = common_prefix_bytes(entries, level);
  size_t bytes = page_slots_begin(static_cast<uint32_t>(prefix_bytes));
  for (size_t i = 0; i < entries.size(); i++) {
    const size_t suffix_bytes = i < first_keyed(level) ? 0 : entries[i].key_bytes() - prefix_bytes;
    bytes += kPageEntryOverhead + suffix_bytes + entries[i].value.size();
  }
  return bytes;
}

void build_page(std::byte* target, const PageIdentity& identity, PageEntries entries) {
  Page::format(target, identity.page, identity.level);
  Page page(target);
  page.raise_epoch(identity.newest_epoch);
  const size_t prefix_bytes = common_prefix_bytes(entries, identity.level);
  if (prefix_bytes > 0) page.set_prefix(entries.back().key().substr(0, prefix_bytes));
  std::string scratch;
  for (size_t i = 0; i < entries.size(); i++) {
    if (i < first_keyed(identity.level)) {
      page.append({}, entries[i].value);
    } else {
      append_entry(page, entries[i], prefix_bytes, scratch);
    }
  }
}

size_t choose_split(PageEntries entries, uint8_t level, size_t added) {
  FIRN_ASSERT(entries.size() >= 2);
  // Sizes are taken with the prefix that all share: each half's own may be longer and make it smaller, never
  // larger.
  const size_t prefix_bytes = common_prefix_bytes(entries, level);
  const auto bytes_of = [&](size_t i) {
    const size_t suffix_bytes = i < first_keyed(level) ? 0 : entries[i].key_bytes() - prefix_bytes;
    return kPageEntryOverhead + suffix_bytes + entries[i].value.size();
  };
  size_t total = 0;
  for (size_t i = 0; i < entries.size(); i++) total += bytes_of(i);
  const bool appending = added >= entries.size() - entries.size() / 16 - 1;
  const size_t wanted = appending ? total - total / 16 : total / 2;
  const size_t room = kPageBytes - page_slots_begin(static_cast<uint32_t>(prefix_bytes));

  size_t best = 0;
  size_t best_distance = SIZE_MAX;
  size_t left = 0;
  for (size_t split = 1; split < entries.size(); split++) {
    left += bytes_of(split - 1);
    const size_t distance = left > wanted ? left - wanted : wanted - left;
    if (left > room || total - left > room || distance >= best_distance) continue;
    best = split;
    best_distance = distance;
  }
  if (best > 0) return best;
  // Only a key that breaks a long common prefix can make so much difference, and it is the first or the last:
  // alone in a page it leaves the others theirs.
  FIRN_ASSERT(added == 0 || added == first_keyed(level) || added + 1 == entries.size());
  return added + 1 == entries.size() ? added : added + 1;
}

std::string shortest_separator(const PageEntry& left, const PageEntry& right) {
  const size_t bytes = common_bytes(left, right) + 1;
  FIRN_ASSERT(bytes <= right.key_bytes());
  return right.key().substr(0, bytes);
}

}  // namespace firn::vos

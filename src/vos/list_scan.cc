// Enumeration; see list_scan.h.
#include "vos/list_scan.h"

#include <algorithm>

#include "base/assert.h"
#include "base/error.h"

namespace firn::vos {

ListScan::ListScan(Tree& tree, const List& list)
    : probe_(tree),
      list_(list),
      entries_max_(list.entries_max == 0 ? kListEntriesMax : std::min(list.entries_max, kListEntriesMax)),
      entries_(probe_, scope_of(list), list.epoch) {
  FIRN_ASSERT(list.epoch != kEpochMax);
  if (list.level != ListLevel::extents) entries_.start_at(behind_last_page());
}

std::string ListScan::scope_of(const List& list) {
  switch (list.level) {
    case ListLevel::objects:
      return container_prefix(list.object.pg, list.object.container);
    case ListLevel::dkeys:
      return object_prefix(list.object);
    case ListLevel::akeys:
      return dkey_prefix(list.object, list.dkey);
    case ListLevel::extents:
      return akey_prefix(list.object, list.dkey, list.akey);
  }
  assert_failed("a list level", __FILE__, __LINE__);
}

std::string ListScan::behind_last_page() const {
  if (list_.level == ListLevel::objects) return object_prefix(list_.object) + kEntryAfterAll;
  if (!list_.after) return {};
  std::string position = scope_of(list_);
  position += kEntryChild;
  append_escaped(position, *list_.after);
  return position + kEntryAfterAll;
}

Faultable<void> ListScan::run() { return list_.level == ListLevel::extents ? list_extents() : list_keys(); }

Faultable<void> ListScan::list_keys() {
  while (result.objects.size() + result.keys.size() < entries_max_) {
    FIRN_TRY(const bool found, entries_.next());
    if (!found) {
      result.end = true;
      return {};
    }
    take_key();
  }
  return {};
}

void ListScan::take_key() {
  switch (list_.level) {
    case ListLevel::objects:
      result.objects.push_back(object_of(entries_.object_prefix()).object);
      return entries_.skip_object();
    case ListLevel::dkeys:
      result.keys.push_back(dkey_of(entries_.dkey_prefix()));
      return entries_.skip_dkey();
    default:
      result.keys.push_back(akey_of(entries_.akey_prefix(), entries_.dkey_prefix().size()));
      return entries_.skip_akey();
  }
}

Faultable<void> ListScan::list_extents() {
  if (!akey_) {
    FIRN_TRY(akey_, find_akey_state(entries_));
  }
  result.record_bytes = akey_->record_bytes;
  if (akey_->record_bytes == 0) {
    result.end = true;
    return {};
  }
  if (!extents_) {
    const uint64_t from = std::min(list_.from_record.value_or(0), kRecordIndexMax);
    extents_.emplace(probe_, ExtentScan::Options{.akey_prefix = scope_of(list_),
                                                 .floor = akey_->floor,
                                                 .at = list_.epoch,
                                                 .window = {from, kRecordIndexMax - from},
                                                 .record_bytes = akey_->record_bytes});
  }
  while (true) {
    FIRN_TRY(const bool found, extents_->next_unit());
    if (!found) break;
    if (!take_unit()) return {};
  }
  result.end = true;
  return {};
}

// False if the page is full and something is left.
bool ListScan::take_unit() {
  for (const Stretch& stretch : extents_->stretches()) {
    const Epoch epoch = extents_->layers()[stretch.layer].epoch;
    auto& listed = result.extents;
    if (!listed.empty() && listed.back().epoch == epoch && listed.back().recx.end() == stretch.recx.start) {
      listed.back().recx.count += stretch.recx.count;
      continue;
    }
    if (listed.size() == entries_max_) return false;
    listed.push_back({stretch.recx, epoch});
  }
  return true;
}

}  // namespace firn::vos

// Looking up what a fetch wants; see fetch_scan.h.
#include "vos/fetch_scan.h"

#include "base/assert.h"

namespace firn::vos {

FetchScan::FetchScan(const StoreView& view, const Fetch& fetch)
    : view_(view), probe_(view.tree), fetch_(fetch), dkey_prefix_(dkey_prefix(fetch.object, fetch.dkey)) {
  FIRN_ASSERT(fetch.epoch != kEpochMax);
  items.reserve(fetch.items.size());
}

Faultable<void> FetchScan::run() {
  if (!entered_) {
    FIRN_TRY(floors_, find_floors(probe_, view_.punches, dkey_prefix_, fetch_.epoch, view_.clock.last()));
    entered_ = true;
  }
  if (has(fetch_.conditions, Condition::dkey_fetch) && !dkey_checked_) FIRN_CHECK(check_dkey());
  while (!refused && items.size() < fetch_.items.size()) FIRN_CHECK(find_item(fetch_.items[items.size()]));
  return {};
}

Faultable<void> FetchScan::check_dkey() {
  if (!dkey_entries_) {
    dkey_entries_.emplace(probe_, dkey_prefix_, fetch_.epoch);
    dkey_entries_->assume(dkey_prefix_, floors_);
  }
  FIRN_TRY(dkey_checked_, dkey_entries_->next());
  if (!dkey_checked_) refused = fail(Code::not_found, "the dkey does not exist");
  return {};
}

Faultable<void> FetchScan::find_item(const FetchItem& wanted) {
  if (!item_) {
    item_.emplace();
    item_->key = akey_prefix(dkey_prefix_, wanted.akey);
    item_->akey_prefix_bytes = item_->key.size();
  }
  if (!item_->state) {
    FIRN_TRY(item_->state, find_state());
    if (!item_->state->exists && has(fetch_.conditions | wanted.conditions, Condition::akey_fetch)) {
      refused = fail(Code::not_found, "the akey does not exist");
      return {};
    }
    // Here and not later: the probe is at the value only until the next fault.
    if (item_->state->exists && item_->state->kind == ValueKind::single) take_single(wanted);
  }
  if (wanted.kind == ValueKind::array && item_->state->kind == ValueKind::array)
    FIRN_CHECK(find_array(wanted));
  items.push_back(std::move(item_->found));
  item_.reset();
  return {};
}

Faultable<AkeyState> FetchScan::find_state() {
  if (!item_->entries) {
    FIRN_TRY(const auto state,
             find_single_state(probe_, item_->key, item_->akey_prefix_bytes, floors_, fetch_.epoch));
    if (state) return *state;
    item_->key.resize(item_->akey_prefix_bytes);
    item_->entries.emplace(probe_, item_->key, fetch_.epoch);
    item_->entries->assume(dkey_prefix_, floors_);
  }
  return find_akey_state(*item_->entries);
}

void FetchScan::take_single(const FetchItem& wanted) {
  const auto record = RecordView::decode(probe_.value());
  FIRN_ASSERT(record.has_value());  // the page's checksum was right
  if (wanted.kind != ValueKind::single || record->punched()) return;
  FetchedItem& found = item_->found;
  found.record_bytes = record->record_bytes();
  found.checksum = record->crc();
  found.sent = found.record_bytes <= wanted.capacity_bytes;
  if (!found.sent) return;
  add_fragment({.item = items.size(), .piece = {0, 1}, .recx = {0, 1}, .record_bytes = found.record_bytes},
               probe_.value());
}

Faultable<void> FetchScan::find_array(const FetchItem& wanted) {
  item_->found.record_bytes = item_->state->record_bytes;
  if (item_->state->record_bytes == 0) return {};
  if (!item_->extents) {
    item_->key.resize(item_->akey_prefix_bytes);
    item_->extents.emplace(probe_, ExtentScan::Options{.akey_prefix = item_->key,
                                                       .floor = item_->state->floor,
                                                       .at = fetch_.epoch,
                                                       .with_values = true,
                                                       .record_bytes = item_->state->record_bytes});
  }
  for (; item_->recx < wanted.recxs.size(); item_->recx++) {
    if (!item_->in_recx) item_->extents->set_window(wanted.recxs[item_->recx]);
    item_->in_recx = true;
    while (!refused) {
      FIRN_TRY(const bool found, item_->extents->next_unit());
      if (!found) break;
      take_unit();
    }
    if (refused) return {};
    item_->in_recx = false;
  }
  return {};
}

void FetchScan::take_unit() {
  const ExtentScan& extents = *item_->extents;
  for (const Stretch& stretch : extents.stretches()) {
    const Layer& layer = extents.layers()[stretch.layer];
    add_fragment({.item = items.size(),
                  .piece = layer.recx,
                  .recx = stretch.recx,
                  .record_bytes = item_->state->record_bytes},
                 extents.value_of(layer));
  }
}

void FetchScan::add_fragment(Fragment fragment, std::string_view record) {
  fragment.stored_at = stored.size();
  fragment.stored_bytes = record.size();
  stored += record;
  on_device = on_device || is_in_runs(record);
  payload_bytes += fragment.data_bytes();
  fragments.push_back(fragment);
  if (payload_bytes <= kRequestDataBytesMax) return;
  refused = fail(Code::too_big, "the data found is more than one fetch can return")
                .on("bytes_max", kRequestDataBytesMax)
                .remedy("fetch fewer records at a time");
}

}  // namespace firn::vos

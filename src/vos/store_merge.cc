// Merging of pieces; see store_impl.h and merge.h.
//
// Merged data is written to a new place; then, in one synchronous step, the merged pieces take the place of
// those they were made of. That is not logged: a crash before the next checkpoint, which flushes the data,
// brings the old pieces back, whose blocks are not reused until then.
#include "codec/crc32c.h"
#include "runtime/sleep.h"
#include "vos/fetch_data.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {
constexpr int kAttemptsMax = 64;
constexpr Duration kScanWait = std::chrono::milliseconds(1);
}  // namespace

Task<Result<void>> StoreImpl::merge(Merge merge) {
  const Space::Reader blocks = core_->space.begin_read();
  StoredParts parts;
  for (auto found = find_parts(merge, parts); !found || !*found; found = find_parts(merge, parts)) {
    if (found) co_return Result<void>();  // removed meanwhile
    FIRN_CO_CHECK(co_await core_->pages.load(found.error().page));
  }
  Buffer data(static_cast<size_t>(parts.data_bytes));
  std::vector<FetchedItem> items(1);
  items[0].sent = true;  // no list of extents is wanted
  FetchData read(parts.fragments, parts.stored, items, data.bytes());
  auto done = co_await read.read(*core_->main_device);
  if (!done && done.error().code() == Code::corrupt) {
    // They stay as they are: a fetch says what is damaged.
    core_->runtime.log().warning("pieces are not merged error=\"" + done.error().message() + "\"");
    co_return Result<void>();
  }
  FIRN_CO_CHECK(std::move(done));
  Allocation allocation(core_->space);
  FIRN_CO_TRY(const auto records, co_await write_merged(&merge, parts.record_bytes(), &data, &allocation));
  if (records.empty()) co_return Result<void>();
  co_return co_await replace_parts(&merge, &parts, &records, &allocation);
}

// False if one is there no more.
Faultable<bool> StoreImpl::find_parts(const Merge& merge, StoredParts& parts) {
  parts = {};
  for (const MergePart& part : merge.parts) {
    FIRN_TRY(const auto record, core_->tree.find_view(part.key));
    if (!record) return false;
    parts.add(part, *record);
  }
  return true;
}

// The records of the merged pieces; none if there is no room for their data.
Task<Result<std::vector<std::string>>> StoreImpl::write_merged(const Merge* merge, uint64_t record_bytes,
                                                               const Buffer* data, Allocation* allocation) {
  std::vector<std::string> records;
  ByteView rest = data->bytes();
  for (const MergedPiece& piece : merge->pieces) {
    const ByteView bytes = rest.first(static_cast<size_t>(piece.recx.count * record_bytes));
    rest = rest.subspan(bytes.size());
    Record record{.record_bytes = record_bytes, .count = piece.recx.count, .crc = crc32c(bytes)};
    std::vector<Run> runs;
    if (bytes.size() <= kInlineBytesMax) {
      record.inline_bytes = as_text(bytes);
    } else {
      auto allocated = core_->space.allocate(bytes.size(), SpaceUse::ordinary);
      if (!allocated) co_return std::vector<std::string>();
      runs = *std::move(allocated);
      allocation->add(runs);
      record.runs = &runs;
      ByteView left = bytes;
      for (const Run run : runs) {
        const ByteView part = left.first(static_cast<size_t>(run.bytes));
        left = left.subspan(part.size());
        FIRN_CO_CHECK(co_await core_->main_device->write(run.first.value * kBlockBytes, {&part, 1}));
      }
    }
    encode_record(records.emplace_back(), record);
  }
  co_return records;
}

Task<Result<void>> StoreImpl::replace_parts(const Merge* merge, const StoredParts* parts,
                                            const std::vector<std::string>* records, Allocation* allocation) {
  for (int attempt = 0; attempt < kAttemptsMax;) {
    if (!core_->pages.has_room_for_changes()) {
      FIRN_CO_CHECK(co_await core_->admit(0, SpaceUse::checkpoint));
    }
    // A scan that waits for a page may have passed the start of a merged piece and expect the parts behind.
    if (scans_waiting_ > 0) {
      attempt++;
      co_await sleep_for(core_->runtime.executor(), kScanWait);
      continue;
    }
    const auto prepared = prepare_merge(*merge, *parts);
    if (!prepared) {
      FIRN_CO_CHECK(co_await core_->pages.load(prepared.error().page));
      continue;
    }
    if (!*prepared) co_return Result<void>();
    for (const MergePart& part : merge->parts) erase_prepared(part.key);
    for (size_t i = 0; i < records->size(); i++) {
      insert_entry(EntryView{merge->pieces[i].key, (*records)[i]}, merge->pieces[i].epoch,
                   core_->log().end());
    }
    allocation->settle();
    co_return Result<void>();
  }
  co_return Result<void>();
}

// Makes resident what the replacement changes. False if it must not take place: a part is there no more.
Faultable<bool> StoreImpl::prepare_merge(const Merge& merge, const StoredParts& parts) {
  for (const MergedPiece& piece : merge.pieces) FIRN_CHECK(core_->tree.prepare(piece.key));
  for (size_t i = 0; i < merge.parts.size(); i++) {
    FIRN_TRY(const auto record, core_->tree.find_view(merge.parts[i].key));
    if (!record || !parts.is_still(i, *record)) return false;
  }
  return true;
}

}  // namespace firn::vos

// Scrubbing; see store_impl.h.
//
// First the pages, as they lie on the device and whatever the cache holds; then, in the order of keys, the
// data of all records. What is damaged is noted and gone behind. A page that is sound in memory is written
// anew by the next checkpoint.
#include "codec/crc32c.h"
#include "runtime/sleep.h"
#include "vos/entry_name.h"
#include "vos/page_read.h"
#include "vos/store_impl.h"

namespace firn::vos {

struct StoreImpl::Scrub {
  ScrubOptions options;
  ScrubReport report;
  std::string position;  // in the tree
  void add(Damage damage) {
    if (report.damage_count++ < options.damages_max) report.damages.push_back(std::move(damage));
  }
};

Task<Result<ScrubReport>> StoreImpl::scrub(ScrubOptions options) {
  if (options.bytes_per_second == 0) co_return fail(Code::invalid, "a scrub must be allowed to read");
  Scrub scrub{options, {}, {}};
  for (uint64_t page = 1; page < core_->pages.table().id_end().value; page++) {
    FIRN_CO_CHECK(co_await scrub_page(&scrub, PageId{page}));
  }
  while (true) {
    FIRN_CO_TRY(const bool more, co_await scrub_record(&scrub));
    if (!more) co_return std::move(scrub.report);
  }
}

Task<void> StoreImpl::scrub_pause(const Scrub* scrub, uint64_t bytes) {
  const auto wait = std::chrono::nanoseconds(bytes * 1'000'000'000 / scrub->options.bytes_per_second);
  co_await sleep_for(core_->runtime.executor(), wait);
}

// --- pages ---------------------------------------------------------------------------------------

Task<Result<void>> StoreImpl::scrub_page(Scrub* scrub, PageId page) {
  const Space::Reader blocks = core_->space.begin_read();  // the page may move meanwhile
  const auto place = core_->pages.table().find(page);
  if (!place) co_return Result<void>();
  Buffer image(kPageBytes);
  auto read = co_await read_index_page(*core_->main_device, page, *place, image.bytes());
  scrub->report.pages++;
  if (!read) {
    if (read.error().code() != Code::corrupt) co_return std::move(read).error();
    co_await note_damaged_page(scrub, page, read.error().message());
  }
  co_await scrub_pause(scrub, kPageBytes);
  co_return Result<void>();
}

Task<void> StoreImpl::note_damaged_page(Scrub* scrub, PageId page, std::string what) {
  Damage damage{.what = std::move(what), .page = page.value};
  for (auto range = core_->tree.range_of(page);; range = core_->tree.range_of(page)) {
    if (range) {
      if (*range) {
        damage.key_begin = (*range)->begin;
        damage.key_end = (*range)->end;
      }
      break;
    }
    // A damaged page above: where this one belongs is not known.
    if (!co_await core_->pages.load(range.error().page)) break;
  }
  std::string first = damage.key_begin;
  first.resize(std::max(first.size(), kObjectPrefixBytes));
  damage.pg = object_of(first).pg;
  damage.what += ", entries from " + describe_key(damage.key_begin) + " to " + describe_key(damage.key_end);
  if (Frame* const frame = core_->pages.find(page); frame != nullptr) {
    core_->pages.make_writable(*frame);
    damage.what += "; it is whole in memory and will be written anew";
  }
  scrub->add(std::move(damage));
}

// --- data ----------------------------------------------------------------------------------------

// Verifies the data of the next record. False behind the last.
Task<Result<bool>> StoreImpl::scrub_record(Scrub* scrub) {
  const Space::Reader blocks = core_->space.begin_read();
  const auto found = next_record(scrub->position);
  if (!found) {
    FIRN_CO_TRY(const Loaded loaded, co_await load_or_go_behind(found.error().page, &scrub->position));
    co_return loaded != Loaded::end;
  }
  if (!*found) co_return false;
  const std::string value = (*found)->value;
  const auto record = RecordView::decode(value);
  FIRN_ASSERT(record.has_value());
  uint32_t checksum = 0;
  for (const Run run : record->runs()) {
    Buffer bytes(static_cast<size_t>(run.bytes));
    FIRN_CO_CHECK(co_await core_->main_device->read(run.first.value * kBlockBytes, bytes.bytes()));
    checksum = crc32c(bytes.bytes(), checksum);
    co_await scrub_pause(scrub, run.bytes);
  }
  scrub->report.records++;
  scrub->report.data_bytes += record->data_bytes();
  if (checksum != record->crc()) scrub->add(damage_of((*found)->key, *record));
  co_return true;
}

// The first record at or behind the position that has data in runs; behind it the position moves. What is
// inline is covered by the checksum of its page.
Faultable<std::optional<TreeWrite>> StoreImpl::next_record(std::string& position) {
  Tree::Cursor cursor(core_->tree);
  FIRN_TRY(bool at_entry, cursor.seek(position));
  for (; at_entry;) {
    position = cursor.key();
    position += '\0';
    const auto record = RecordView::decode(cursor.value());
    if (record && record->run_count() > 0) {
      return TreeWrite{std::string(cursor.key()), std::string(cursor.value())};
    }
    FIRN_TRY(at_entry, cursor.next());
  }
  return std::nullopt;
}

Damage StoreImpl::damage_of(const std::string& key, const RecordView& record) {
  const auto parsed = parse_key(key);
  FIRN_ASSERT(parsed.has_value());
  const ObjectRef object = object_of(key);
  Damage damage{.what = "stored data does not match its checksum: " + describe_key(key) + ", block " +
                        std::to_string(record.run(0).first.value),
                .pg = object.pg,
                .container = object.container,
                .object = object.object};
  damage.dkey = dkey_of(std::string_view(key).substr(0, parsed->dkey_prefix_bytes));
  damage.akey =
      akey_of(std::string_view(key).substr(0, parsed->akey_prefix_bytes), parsed->dkey_prefix_bytes);
  if (parsed->kind == EntryKind::piece) damage.recx = Recx{parsed->start, record.count()};
  return damage;
}

}  // namespace firn::vos

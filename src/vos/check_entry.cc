// Checks of entries; see check_entry.h.
#include "vos/check_entry.h"

#include <algorithm>
#include <utility>

#include "base/buffer.h"
#include "codec/crc32c.h"
#include "model/pieces.h"
#include "vos/record_rules.h"

namespace firn::vos {

namespace {

constexpr size_t kReadBytes = 1 << 20;

bool is_punch(EntryKind kind) {
  return kind == EntryKind::object_punch || kind == EntryKind::dkey_punch || kind == EntryKind::akey_punch;
}

}  // namespace

Finding at_place(Finding finding, BlockOwner place) {
  const bool in_log = place.kind == BlockOwner::Kind::log_record;
  return std::move(finding).on("device", in_log ? "log" : "main").on(in_log ? "lsn_end" : "page", place.id);
}

void EntryChecker::report(const Entry& entry, std::string what) {
  context_.findings.add(entry.name.locate(at_place({.what = std::move(what)}, entry.place)));
}

void EntryChecker::note(const Entry& entry, std::string what) {
  Finding finding{.damage = false, .what = std::move(what)};
  context_.findings.add(entry.name.locate(at_place(std::move(finding), entry.place)));
}

Task<void> EntryChecker::check(std::string_view key, std::string_view value, BlockOwner place,
                               ByteView* attached) {
  const std::optional<Entry> entry = decode(key, value, place);
  if (!entry || !entry->record || !check_runs(*entry)) co_return;
  if (attached->empty() || entry->record->run_count() == 0) {
    co_await check_data(*entry);
  } else {
    check_attached(*entry, attached);
  }
}

Task<void> EntryChecker::check_next(std::string_view key, std::string_view value, BlockOwner place) {
  const std::optional<Entry> entry = decode(key, value, place);
  if (!entry) co_return;
  context_.usage.entered(key, value);
  check_relations(*entry);
  if (entry->record && check_runs(*entry)) co_await check_data(*entry);
}

std::optional<EntryChecker::Entry> EntryChecker::decode(std::string_view key, std::string_view value,
                                                        BlockOwner place) {
  context_.report.entries++;
  const auto name = EntryName::of(key);
  if (!name) {
    context_.index_is_whole = false;
    Finding finding{.what = "the key of an entry does not decode"};
    context_.findings.add(at_place(std::move(finding), place).on("key", printable_key(key)));
    return std::nullopt;
  }
  Entry entry{*name, place, key, std::nullopt};
  if (is_punch(name->kind)) {
    if (!value.empty()) report(entry, "a punch has a value");
    return entry;
  }
  entry.record = RecordView::decode(value);
  if (!entry.record) {
    context_.index_is_whole = false;
    report(entry, "the record of an entry does not decode");
    return std::nullopt;
  }
  const std::string_view broken = broken_rule(name->kind, name->start, *entry.record);
  if (!broken.empty()) report(entry, std::string("an entry ").append(broken));
  return entry;
}

// Data of runs outside of the device cannot be read.
bool EntryChecker::check_runs(const Entry& entry) {
  context_.report.data_bytes += entry.record->data_bytes();
  uint64_t blocks = 0;
  for (size_t i = 0; i < entry.record->run_count(); i++) {
    const Run run = entry.record->run(i);
    if (run.bytes > context_.main.size_bytes() || !context_.within_device(range_of(run))) {
      report(entry,
             "an entry's data lies outside of the device, at block " + std::to_string(run.first.value));
      return false;
    }
    blocks += run.blocks();
    owners_.add(range_of(run), entry.place);
  }
  return blocks <= context_.main_blocks();
}

Task<void> EntryChecker::check_data(const Entry& entry) {
  const RecordView& record = *entry.record;
  if (record.punched() || (!record.is_inline() && !context_.options.data)) co_return;
  const auto checksum = co_await checksum_of(record);
  if (!checksum) {
    report(entry, "an entry's data cannot be read: " + checksum.error().message());
  } else {
    compare(entry, *checksum);
  }
}

void EntryChecker::check_attached(const Entry& entry, ByteView* attached) {
  const ByteView data = attached->first(static_cast<size_t>(entry.record->data_bytes()));
  *attached = attached->subspan(data.size());
  compare(entry, crc32c(data));
}

void EntryChecker::compare(const Entry& entry, uint32_t checksum) {
  if (checksum != entry.record->crc()) {
    report(entry, "an entry's data does not match its checksum");
  } else {
    context_.report.data_bytes_verified += entry.record->data_bytes();
  }
}

Task<Result<uint32_t>> EntryChecker::checksum_of(RecordView record) {
  if (record.is_inline()) co_return crc32c(as_bytes(record.inline_bytes()));
  uint32_t checksum = 0;
  Buffer buffer(kReadBytes);
  for (const Run run : record.runs()) {
    for (uint64_t done = 0; done < run.bytes;) {
      const MutableBytes part =
          buffer.bytes().first(static_cast<size_t>(std::min<uint64_t>(run.bytes - done, kReadBytes)));
      FIRN_CO_CHECK(co_await context_.main.read(run.first.value * kBlockBytes + done, part));
      checksum = crc32c(part, checksum);
      done += part.size();
    }
  }
  co_return checksum;
}

// --- relations between entries -------------------------------------------------------------------

void EntryChecker::check_relations(const Entry& entry) {
  enter(entry);
  if (is_punch(entry.name.kind)) return;
  check_overlap(entry);
  if (entry.name.epoch >= akey_.floor) check_kind(entry);
}

// Punches sort before what they are about, the newest first.
void EntryChecker::enter(const Entry& entry) {
  const auto parsed = parse_key(entry.key);
  const std::string_view object = entry.key.substr(0, kObjectPrefixBytes);
  const std::string_view dkey = entry.key.substr(0, parsed->dkey_prefix_bytes);
  const std::string_view akey = entry.key.substr(0, parsed->akey_prefix_bytes);
  if (object_ != object) {
    object_ = object;
    object_punch_ = entry.name.kind == EntryKind::object_punch ? entry.name.epoch : kEpochNone;
  }
  if (dkey_ != dkey) {
    dkey_ = dkey;
    dkey_punch_ = entry.name.kind == EntryKind::dkey_punch ? entry.name.epoch : kEpochNone;
  }
  if (akey_.prefix == akey) return;
  akey_ = {};
  akey_.prefix = akey;
  const Epoch akey_punch = entry.name.kind == EntryKind::akey_punch ? entry.name.epoch : kEpochNone;
  akey_.floor = std::max({object_punch_, dkey_punch_, akey_punch});
}

// So it may be while records of a history are still to come (Store::apply).
void EntryChecker::check_kind(const Entry& entry) {
  const bool is_array = entry.name.kind != EntryKind::single;
  if (akey_.is_array.value_or(is_array) != is_array) {
    note(entry, "an akey holds a single value and an array at the same time");
  }
  akey_.is_array = is_array;
  const uint64_t record_bytes = entry.record->record_bytes();
  if (!is_array || record_bytes == 0) return;
  if (akey_.record_bytes != 0 && akey_.record_bytes != record_bytes) {
    note(entry, "an array has records of different sizes");
  }
  akey_.record_bytes = record_bytes;
}

void EntryChecker::check_overlap(const Entry& entry) {
  const uint64_t record_bytes = entry.record->record_bytes();
  if (entry.name.kind != EntryKind::piece || record_bytes == 0) return;
  const uint64_t unit = entry.name.start / unit_records(record_bytes);
  if (unit != akey_.unit) akey_.unit_pieces.clear();
  akey_.unit = unit;
  uint64_t& end = akey_.unit_pieces[entry.name.epoch];
  if (entry.name.start < end) report(entry, "two pieces of one epoch overlap");
  if (!__builtin_add_overflow(entry.name.start, entry.record->count(), &end)) return;
  end = UINT64_MAX;
}

}  // namespace firn::vos

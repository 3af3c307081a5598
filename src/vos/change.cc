// Changes as log records and as entries of the tree; see change.h and docs/formats/records.md.
#include "vos/change.h"

#include <algorithm>

#include "base/endian.h"
#include "model/limits.h"
#include "vos/record.h"
#include "vos/record_rules.h"

namespace firn::vos {

namespace {

TreeWrite entry_write(std::string akey_prefix, const EntryChange& entry, Epoch epoch) {
  TreeWrite write{std::move(akey_prefix), {}};
  if (entry.kind == EntryKind::single) {
    set_single_entry(write.key, write.key.size(), epoch);
  } else {
    const char kind = entry.kind == EntryKind::hole ? kEntryHole : kEntryPiece;
    set_extent_entry(write.key, write.key.size(), kind, entry.start, epoch);
  }
  write.value.reserve(kRecordHeaderBytesMax + entry.inline_bytes.size() + entry.runs.size() * 16);
  encode_record(write.value, {.punched = entry.punched,
                              .record_bytes = entry.record_bytes,
                              .count = entry.count,
                              .crc = entry.crc,
                              .inline_bytes = entry.inline_bytes,
                              .runs = &entry.runs});
  return write;
}

TreeWrite punch_write(std::string prefix, Epoch epoch) {
  TreeWrite write{std::move(prefix), {}};
  set_punch_entry(write.key, write.key.size(), epoch);
  return write;
}

bool entry_makes_sense(const EntryChange& entry) {
  if (entry.kind != EntryKind::single && entry.kind != EntryKind::hole && entry.kind != EntryKind::piece)
    return false;
  if (entry.inline_bytes.size() > kInlineBytesMax || entry.runs.size() > kRunsPerRecordMax) return false;
  const Record written = {.punched = entry.punched,
                          .record_bytes = entry.record_bytes,
                          .count = entry.count,
                          .inline_bytes = entry.inline_bytes,
                          .runs = &entry.runs};
  if (entry.runs.empty()) {
    const auto record = RecordView::of(written);
    return record && broken_rule(entry.kind, entry.start, *record).empty();
  }
  if (!entry.inline_bytes.empty()) return false;
  std::string value;
  encode_record(value, written);
  const auto record = RecordView::decode(value);
  return record && broken_rule(entry.kind, entry.start, *record).empty();
}

bool makes_sense(const Change& change) {
  if (change.epoch == kEpochNone || change.epoch == kEpochMax) return false;
  if (!change.dkey) return change.akeys.empty();
  if (change.dkey->size() > kKeyBytesMax) return false;
  const size_t dkey_bytes = escaped_bytes(*change.dkey);
  for (const AkeyChange& akey : change.akeys) {
    constexpr size_t kOtherBytes = kObjectPrefixBytes + 2 + 17;
    if (kOtherBytes + dkey_bytes + escaped_bytes(akey.akey) > kTreeKeyBytesMax) return false;
    if (akey.punched && !akey.entries.empty()) return false;
    if (!std::ranges::all_of(akey.entries, entry_makes_sense)) return false;
  }
  return true;
}

// Whether the change's runs are that long in all.
bool runs_are_long(const Change& change, uint64_t bytes) {
  bool fits = true;
  for_each_run(change, [&](Run run) {
    fits = fits && run.bytes <= bytes;
    bytes -= run.bytes;
  });
  return fits && bytes == 0;
}

// The change at the front of `bytes`, which are removed.
Result<Change> take_change(std::string_view& bytes) {
  Change change;
  if (!unpack(bytes, change)) return fail(Code::corrupt, "a log record ends within a change");
  FIRN_CHECK(check_change(change));
  return change;
}

}  // namespace

bool Change::has_runs() const {
  for (const AkeyChange& akey : akeys) {
    for (const EntryChange& entry : akey.entries) {
      if (!entry.runs.empty()) return true;
    }
  }
  return false;
}

void encode_change(const Change& change, std::string& out) {
  out += static_cast<char>(change.has_runs() ? LogKind::change : LogKind::inline_change);
  pack(change, out);
}

void encode_change_with_data(const Change& change, std::span<const ByteView> data, std::string& out) {
  out.reserve(out.size() + encoded_bytes_max(change) + total_bytes(data));
  out += static_cast<char>(LogKind::change_with_data);
  pack(change, out);
  for (const ByteView part : data) out += as_text(part);
}

ByteView attached_data(const Change& change, std::string_view record) {
  if (log_kind(record) != LogKind::change_with_data) return {};
  size_t bytes = 0;
  for_each_run(change, [&](Run run) { bytes += run.bytes; });
  return as_bytes(record.substr(record.size() - bytes));
}

std::string encode_change(const Change& change) {
  std::string out;
  encode_change(change, out);
  return out;
}

std::string encode_changes(const std::vector<const Change*>& changes) {
  std::string out;
  out += static_cast<char>(LogKind::changes);
  for (const Change* change : changes) pack(*change, out);
  return out;
}

Result<void> check_change(const Change& change) {
  if (makes_sense(change)) return {};
  return fail(Code::corrupt, "a log record holds a change that makes no sense");
}

LogKind log_kind(std::string_view record) { return static_cast<LogKind>(record.front()); }

Error unknown_log_kind(LogKind kind) {
  return fail(Code::version, "a log record is of a kind that this version does not know")
      .on("kind", static_cast<uint64_t>(kind))
      .remedy("open the store with the version that wrote it, and close it: that empties the log");
}

Result<Change> decode_change(std::string_view record) {
  if (record.empty()) return fail(Code::corrupt, "a log record is empty");
  const LogKind kind = log_kind(record);
  if (kind < LogKind::change || kind > LogKind::change_with_data) return unknown_log_kind(kind);
  record.remove_prefix(1);
  FIRN_TRY(Change change, take_change(record));
  if (kind == LogKind::inline_change && change.has_runs())
    return fail(Code::corrupt, "a change with all its data in the log names blocks");
  const bool right =
      kind == LogKind::change_with_data ? runs_are_long(change, record.size()) : record.empty();
  if (!right) return fail(Code::corrupt, "a change is not followed by the data that belongs to it");
  return change;
}

Result<std::vector<Change>> decode_changes(std::string_view record) {
  if (record.empty()) return fail(Code::corrupt, "a log record is empty");
  std::vector<Change> changes;
  if (log_kind(record) != LogKind::changes) {
    FIRN_TRY(Change change, decode_change(record));
    changes.push_back(std::move(change));
    return changes;
  }
  record.remove_prefix(1);
  while (!record.empty()) {
    FIRN_TRY(Change change, take_change(record));
    changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<TreeWrite> tree_writes(const Change& change) {
  return tree_writes(change, change.dkey ? dkey_prefix(change.object, *change.dkey) : std::string());
}

std::vector<TreeWrite> tree_writes(const Change& change, std::string_view dkey_prefix) {
  std::vector<TreeWrite> writes;
  if (!change.dkey) {
    writes.push_back(punch_write(object_prefix(change.object), change.epoch));
    return writes;
  }
  if (change.akeys.empty()) writes.push_back(punch_write(std::string(dkey_prefix), change.epoch));
  for (const AkeyChange& akey : change.akeys) {
    std::string prefix = akey_prefix(dkey_prefix, akey.akey);
    if (akey.punched) {
      writes.push_back(punch_write(std::move(prefix), change.epoch));
      continue;
    }
    writes.reserve(writes.size() + akey.entries.size());
    for (const EntryChange& entry : akey.entries) {
      const bool last = &entry == &akey.entries.back();
      writes.push_back(entry_write(last ? std::move(prefix) : prefix, entry, change.epoch));
    }
  }
  return writes;
}

void set_epoch(std::vector<TreeWrite>& writes, Epoch epoch) {
  for (TreeWrite& write : writes) store_big(write.key.data() + write.key.size() - 8, ~epoch.value);
}

}  // namespace firn::vos

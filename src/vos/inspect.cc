// What `firn debug` shows of a store; see inspect.h.
#include "vos/inspect.h"

#include <utility>

#include "model/wire.h"
#include "vos/entry_name.h"
#include "vos/record.h"
#include "vos/recovery.h"
#include "vos/removals.h"
#include "vos/version_state.h"

namespace firn::vos {

Task<Result<IndexImage>> load_index(BlockDevice& main) {
  IndexImage image;
  FIRN_CO_TRY(const LoadedSuperblock found, co_await read_superblock(main));
  image.superblock = found.superblock;
  const BlobIdentity identity{BlobKind::root, found.superblock.store, found.superblock.checkpoint};
  FIRN_CO_TRY(const LoadedBlob root, co_await read_blob(main, identity, found.superblock.root));
  FIRN_CO_TRY(image.root, CheckpointRoot::decode(root.bytes));
  for (uint32_t i = 0; i < image.root.chunks.size(); i++) {
    FIRN_CO_CHECK(co_await load_page_table_chunk(main, i, image.root.chunks[i], image.table));
  }
  image.table.finish_loading();
  co_return image;
}

namespace {

std::string hexadecimal(uint32_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) out += kDigits[value >> shift & 15];
  return out;
}

void describe_change(const Change& change, RecordDescription& described) {
  std::string& summary = described.lines.emplace_back();
  summary = "change, epoch " + std::to_string(change.epoch.value) + ", pg " +
            std::to_string(change.object.pg.value) + ", container " + change.object.container.uuid.text() +
            ", object " + change.object.object.text();
  if (change.request.sequence.value != 0) {
    summary += ", client " + std::to_string(change.request.client.value) + " request " +
               std::to_string(change.request.sequence.value) + " (completed below " +
               std::to_string(change.completed_below.value) + ")";
  }
  for (TreeWrite& write : tree_writes(change)) {
    std::string& line = described.lines.emplace_back("  " + describe_key(write.key));
    if (!write.value.empty()) line += ": " + describe_value(write.value);
    described.writes.push_back(std::move(write));
  }
}

void describe_removal(std::string_view record, RecordDescription& described) {
  const auto removal = decode_removal(record);
  if (!removal)
    described.lines.push_back("not shown: " + removal.error().message());
  else if (removal->container)
    described.lines.push_back("removal of container " + removal->container->uuid.text());
  else
    described.lines.push_back("removal of placement group " + std::to_string(removal->pg->value));
}

// What is not a change: printed with its fields' names.
template <class T>
void describe_fields(std::string_view what, std::string_view bytes, RecordDescription& described) {
  const auto decoded = decode<T>(bytes);
  described.lines.push_back(decoded ? std::string(what) + " " + print(*decoded)
                                    : "not shown: " + decoded.error().message());
}

}  // namespace

std::string describe_value(std::string_view value) {
  const auto record = RecordView::decode(value);
  if (!record) return "a record that does not decode, " + std::to_string(value.size()) + " bytes";
  std::string out =
      std::to_string(record->count()) + " records of " + std::to_string(record->record_bytes()) + " bytes";
  if (record->punched()) return out + ", punched";
  out += record->is_inline() ? ", inline" : ", in runs";
  for (const Run run : record->runs()) {
    out += " " + std::to_string(run.first.value) + "+" + std::to_string(run.bytes);
  }
  return out + ", crc " + hexadecimal(record->crc());
}

RecordDescription describe_record(std::string_view record) {
  RecordDescription described;
  described.kind = record.empty() ? 0 : static_cast<uint8_t>(record.front());
  if (is_removal(record)) {
    describe_removal(record, described);
    return described;
  }
  if (described.kind == static_cast<uint8_t>(LogKind::decide)) {
    describe_fields<Decision>("decision", record.substr(1), described);
    return described;
  }
  if (described.kind == static_cast<uint8_t>(LogKind::remove_tail)) {
    describe_fields<TailRemoval>("removal of a tail", record.substr(1), described);
    return described;
  }
  const auto changes = logged_changes(record);
  if (!changes) {
    described.lines.push_back("not shown: " + changes.error().message());
    return described;
  }
  if (described.kind == static_cast<uint8_t>(LogKind::prepare)) described.lines.push_back("prepared:");
  for (const Change& change : *changes) describe_change(change, described);
  return described;
}

}  // namespace firn::vos

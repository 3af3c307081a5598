// What pages, log records and blobs hold, behind their checksums: tree keys, records, changes, the request
// table, free list, checkpoint root, chunks of the page table. Each decoder refuses the bytes, or gives a
// value that encodes to the same bytes again; and describing them for people never fails. The input's first
// byte chooses.
#include "vos/record.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/endian.h"
#include "codec/crc32c.h"
#include "vos/change.h"
#include "vos/checkpoint_root.h"
#include "vos/entry_name.h"
#include "vos/free_list.h"
#include "vos/inspect.h"
#include "vos/page_table.h"
#include "vos/record_rules.h"
#include "vos/request_table.h"

namespace {

using namespace firn;
using namespace firn::vos;

void check(bool condition) {
  if (!condition) std::abort();
}

// The key that says the same.
std::string build_key(const EntryName& name) {
  std::string key = object_prefix(name.object);
  if (name.dkey) key = dkey_prefix(name.object, *name.dkey);
  if (name.akey) key = akey_prefix(std::string_view(key), *name.akey);
  const size_t prefix_bytes = key.size();
  if (name.kind == EntryKind::single) {
    set_single_entry(key, prefix_bytes, name.epoch);
  } else if (name.kind == EntryKind::hole || name.kind == EntryKind::piece) {
    const char kind = name.kind == EntryKind::hole ? kEntryHole : kEntryPiece;
    set_extent_entry(key, prefix_bytes, kind, name.start, name.epoch);
  } else {
    set_punch_entry(key, prefix_bytes, name.epoch);
  }
  return key;
}

void try_key(std::string_view input) {
  check(!describe_key(input).empty());
  const auto name = EntryName::of(input);
  if (name) check(build_key(*name) == input);
}

void try_record(std::string_view input) {
  check(!describe_value(input).empty());
  const auto view = RecordView::decode(input);
  if (!view) return;
  for (const EntryKind kind : {EntryKind::single, EntryKind::hole, EntryKind::piece}) {
    (void)broken_rule(kind, view->count(), *view);
  }
  const std::vector<Run> runs = view->runs();
  if (!view->punched() && !view->is_inline() && runs.empty()) return;  // is written as inline
  std::string again;
  encode_record(again, {.punched = view->punched(),
                        .record_bytes = view->record_bytes(),
                        .count = view->count(),
                        .crc = view->crc(),
                        .inline_bytes = view->inline_bytes(),
                        .runs = &runs});
  if (runs.size() <= kRunsPerRecordMax) check(again == input);
}

void try_log_record(std::string_view input) {
  check(!describe_record(input).lines.empty() || input.size() == 1);
  const auto changes = decode_changes(input);
  if (!changes) return;
  for (const Change& change : *changes) {
    check(encode_change(change).size() <= encoded_bytes_max(change));
    check(encode_change(*decode_change(encode_change(change))) == encode_change(change));
    for (const TreeWrite& write : tree_writes(change)) {
      check(write.key.size() <= kTreeKeyBytesMax && write.value.size() <= kTreeValueBytesMax);
      const auto name = EntryName::of(write.key);
      check(name.has_value() && name->epoch == change.epoch);
      if (write.value.empty()) continue;
      const auto record = RecordView::decode(write.value);
      check(record && broken_rule(name->kind, name->start, *record).empty());
    }
  }
}

void try_requests(std::string_view input) {
  RequestTable table;
  if (!table.decode(input)) return;
  RequestTable again;
  check(again.decode(table.encode()).has_value());
  check(again.encode() == table.encode() && table.encode() == input);
}

void try_free_list(std::string_view input) {
  const auto list = FreeList::decode(input, 2, 1024);
  if (list) check(list->encode() == input && list->blocks() <= 1022);
}

void try_root(std::string_view input) {
  const auto root = CheckpointRoot::decode(input);
  if (!root) return;
  const auto again = CheckpointRoot::decode(root->encode());
  check(again && again->encode() == root->encode());
}

// An otherwise empty chunk, with the input at its beginning and a checksum that matches.
void try_chunk(std::string_view input) {
  Buffer image(kPageTableChunkBytes);
  PageTable().chunk_image(0, image.bytes());
  copy_bytes(image.bytes().subspan(4), as_bytes(input.substr(0, kPageTableChunkBytes - 4)));
  store_little(image.data(), crc32c(image.bytes().subspan(4)));
  PageTable table;
  if (!table.load_chunk(0, image.bytes())) return;
  table.finish_loading();
  Buffer again(kPageTableChunkBytes);
  table.chunk_image(0, again.bytes());
  const ByteView entries = image.bytes().subspan(kPageTableChunkHeaderBytes);
  check(as_text(entries) == as_text(again.bytes().subspan(kPageTableChunkHeaderBytes)));
  const PageId fresh = table.allocate_id();
  check(!table.find(fresh).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  constexpr void (*kTries[])(std::string_view) = {try_key,       try_record, try_log_record, try_requests,
                                                  try_free_list, try_root,   try_chunk};
  kTries[data[0] % std::size(kTries)](input);
  return 0;
}

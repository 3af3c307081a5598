// Change: one update or punch as the log keeps it, and what it writes into the tree. The same functions carry
// it out the first time and at replay, so both come to the same. Plain data and pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "model/io.h"
#include "vos/key_codec.h"
#include "vos/lsn.h"
#include "vos/store.h"

namespace firn::vos {

// A single value, a piece or a hole.
struct EntryChange {
  EntryKind kind = EntryKind::single;
  bool punched = false;
  uint64_t start = 0;
  uint64_t count = 1;
  uint64_t record_bytes = 0;
  uint32_t crc = 0;
  std::string inline_bytes = {};
  std::vector<Run> runs = {};
  uint64_t data_bytes() const { return punched ? 0 : record_bytes * count; }
};

struct AkeyChange {
  Key akey;
  bool punched = false;  // the akey itself; no entries then
  std::vector<EntryChange> entries;
};

struct Change {
  ObjectRef object;
  std::optional<Key> dkey;        // none: the object is punched
  std::vector<AkeyChange> akeys;  // none: the dkey is punched
  Epoch epoch;
  RequestId request;
  RequestSequence completed_below;
  bool has_runs() const;
};

// The bytes of a change wherever it is stored (docs/formats/records.md), also as part of what has fields();
// see model/wire.h.
void pack(const Change& change, std::string& out);  // appends
bool unpack(std::string_view& in, Change& change);
// At least as many as pack() makes, and the kind of a log record.
size_t encoded_bytes_max(const Change& change);

// Calls visit(Run) for each run that the change names.
template <class Visitor>
void for_each_run(const Change& change, Visitor&& visit) {
  for (const AkeyChange& akey : change.akeys) {
    for (const EntryChange& entry : akey.entries) {
      for (const Run run : entry.runs) visit(run);
    }
  }
}

// What the first byte of a log record says it is.
enum class LogKind : uint8_t {
  change = 1,
  inline_change = 2,      // one that has all its data in its entries: names no blocks
  change_with_data = 3,   // one, and the data of the blocks that it names
  changes = 8,            // several, each with its epoch
  prepare = 9,            // prepared_table.h: Prepared
  decide = 10,            // prepared_table.h: Decision
  remove_tail = 11,       // version_state.h: TailRemoval
  remove_container = 16,  // removals.h
  remove_group = 17,
};

// The log record, and back: Code::corrupt if the bytes are none, Code::version if they are of a kind we do
// not know.
void encode_change(const Change& change, std::string& out);  // appends
std::string encode_change(const Change& change);
// With the data of the change's runs, one after the other.
void encode_change_with_data(const Change& change, std::span<const ByteView> data, std::string& out);
// Of the runs of `change`, which decode_change made of `record`; empty unless the data is in the record.
ByteView attached_data(const Change& change, std::string_view record);
Result<Change> decode_change(std::string_view record);
// Code::corrupt if it holds an entry that cannot be.
Result<void> check_change(const Change& change);
// Several in one record.
std::string encode_changes(const std::vector<const Change*>& changes);
Result<std::vector<Change>> decode_changes(std::string_view record);
// Of a record that is not empty; may be none of the kinds there are.
LogKind log_kind(std::string_view record);
Error unknown_log_kind(LogKind kind);

// One entry of the tree that a change inserts. The last 8 bytes of the key are the epoch.
struct TreeWrite {
  std::string key;
  std::string value;
};
std::vector<TreeWrite> tree_writes(const Change& change);
// As above; `dkey_prefix` is that of its dkey, if it has one.
std::vector<TreeWrite> tree_writes(const Change& change, std::string_view dkey_prefix);
void set_epoch(std::vector<TreeWrite>& writes, Epoch epoch);

}  // namespace firn::vos

// Tree keys: how placement group, container, object, keys, kind and epoch become bytes that sort as the store
// reads them (docs/decisions/0003-vos.md).
//
//   pg u32 · container 16 · object hi, lo 16                       object prefix
//   object prefix · 0x01 · esc(dkey)                               dkey prefix
//   dkey prefix · 0x01 · esc(akey)                                 akey prefix
//   any of the three prefixes · 0x00 · ~epoch                      punch of that object, dkey or akey
//   akey prefix · 0x01 · ~epoch                                    single value
//   akey prefix · 0x02 · start · ~epoch                            hole: a punched extent of any length
//   akey prefix · 0x03 · start · ~epoch                            piece: a stored (or punched) piece of an
//   array
//
// Integers are big endian, epochs inverted: newest first. esc(): 0x00 becomes 0x00 0xff, 0x00 0x00 ends the
// key; keys of any bytes keep their order and none is a prefix of another. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/epoch.h"
#include "model/ids.h"
#include "model/io.h"
#include "vos/store_record.h"

namespace firn::vos {

constexpr size_t kPgPrefixBytes = 4;
constexpr size_t kContainerPrefixBytes = kPgPrefixBytes + 16;
constexpr size_t kObjectPrefixBytes = kContainerPrefixBytes + 16;
constexpr size_t kEntryBytesMax = 17;  // what stands behind a prefix: kind, start, epoch

// The byte behind a prefix. kEntryAfterAll sorts behind everything below a prefix.
constexpr char kEntryPunch = 0x00;
constexpr char kEntryChild = 0x01;  // behind an object or dkey prefix: an escaped key follows
constexpr char kEntrySingle = 0x01;
constexpr char kEntryHole = 0x02;
constexpr char kEntryPiece = 0x03;
constexpr char kEntryAfterAll = 0x7f;

std::string pg_prefix(PgIndex pg);
std::string container_prefix(PgIndex pg, ContainerId container);
std::string object_prefix(const ObjectRef& object);
std::string dkey_prefix(const ObjectRef& object, std::string_view dkey);
std::string akey_prefix(const ObjectRef& object, std::string_view dkey, std::string_view akey);
std::string akey_prefix(std::string_view dkey_prefix, std::string_view akey);
void set_akey_prefix(std::string& key, std::string_view dkey_prefix, std::string_view akey);

void append_escaped(std::string& out, std::string_view key);
size_t escaped_bytes(std::string_view key);

// Replace whatever stands in `key` behind the first `prefix_bytes` bytes.
void set_punch_entry(std::string& key, size_t prefix_bytes, Epoch epoch);
void set_single_entry(std::string& key, size_t akey_prefix_bytes, Epoch epoch);
void set_extent_entry(std::string& key, size_t akey_prefix_bytes, char kind, uint64_t start, Epoch epoch);

// Where the parts of a tree key end.
struct ParsedKey {
  EntryKind kind = EntryKind::object_punch;
  size_t dkey_prefix_bytes = 0;  // 0: the punch of an object
  size_t akey_prefix_bytes = 0;  // 0: the punch of an object or dkey
  uint64_t start = 0;            // hole and piece
  Epoch epoch;
};
// The bytes of the prefix of the akey, or of the dkey or object that is punched.
size_t scope_bytes(const ParsedKey& parsed);
// Nothing if the bytes are no tree key.
std::optional<ParsedKey> parse_key(std::string_view key);
// Of what stands behind an akey's prefix: nothing if it is no piece.
struct PieceKey {
  uint64_t start = 0;
  Epoch epoch;
};
std::optional<PieceKey> parse_piece(std::string_view entry);
// Which every key ends with.
Epoch epoch_of(std::string_view key);
// Precondition: key.size() >= kObjectPrefixBytes.
ObjectRef object_of(std::string_view key);
// The dkey of a dkey prefix (the akey of an akey prefix), unescaped. Preconditions: it is one; for the akey,
// `dkey_prefix_bytes` is the length of the dkey prefix in front.
Key dkey_of(std::string_view dkey_prefix);
Key akey_of(std::string_view akey_prefix, size_t dkey_prefix_bytes);

}  // namespace firn::vos

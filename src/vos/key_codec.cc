// Building and parsing of tree keys; see key_codec.h.
#include "vos/key_codec.h"

#include <cstring>

#include "base/assert.h"
#include "base/endian.h"

namespace firn::vos {

namespace {

constexpr char kZero = '\0';
constexpr char kEscapedZero = '\xff';

void append_u64(std::string& out, uint64_t value) {
  char bytes[8];
  store_big(bytes, value);
  out.append(bytes, sizeof bytes);
}
void append_epoch(std::string& out, Epoch epoch) { append_u64(out, ~epoch.value); }
Epoch epoch_at(std::string_view key, size_t at) { return Epoch{~load_big<uint64_t>(key.data() + at)}; }

// The position behind the terminator of the escaped key that starts at `at`; npos if there is none.
size_t escaped_end(std::string_view key, size_t at) {
  while (true) {
    const size_t zero = key.find(kZero, at);
    if (zero == std::string_view::npos || zero + 1 >= key.size()) return std::string_view::npos;
    if (key[zero + 1] == kZero) return zero + 2;
    if (key[zero + 1] != kEscapedZero) return std::string_view::npos;
    at = zero + 2;
  }
}

Key unescape(std::string_view escaped) {
  FIRN_ASSERT(escaped.size() >= 2);
  escaped.remove_suffix(2);
  Key key;
  key.reserve(escaped.size());
  for (size_t i = 0; i < escaped.size(); i++) {
    key += escaped[i];
    if (escaped[i] == kZero) i++;
  }
  return key;
}

std::optional<ParsedKey> parse_punch(std::string_view key, size_t tag_at, ParsedKey parsed) {
  if (key.size() != tag_at + 9) return std::nullopt;
  parsed.epoch = epoch_at(key, tag_at + 1);
  return parsed;
}

// What stands behind an akey prefix.
std::optional<ParsedKey> parse_akey_entry(std::string_view key, ParsedKey parsed) {
  const size_t tag_at = parsed.akey_prefix_bytes;
  if (tag_at >= key.size()) return std::nullopt;
  const char tag = key[tag_at];
  if (tag == kEntryPunch || tag == kEntrySingle) {
    parsed.kind = tag == kEntryPunch ? EntryKind::akey_punch : EntryKind::single;
    return parse_punch(key, tag_at, parsed);
  }
  if ((tag != kEntryHole && tag != kEntryPiece) || key.size() != tag_at + 17) return std::nullopt;
  parsed.kind = tag == kEntryHole ? EntryKind::hole : EntryKind::piece;
  parsed.start = load_big<uint64_t>(key.data() + tag_at + 1);
  parsed.epoch = epoch_at(key, tag_at + 9);
  return parsed;
}

void append_object_prefix(std::string& out, const ObjectRef& object) {
  char bytes[kObjectPrefixBytes];
  store_big(bytes, object.pg.value);
  std::memcpy(bytes + kPgPrefixBytes, object.container.uuid.bytes.data(), object.container.uuid.bytes.size());
  store_big(bytes + kContainerPrefixBytes, object.object.hi);
  store_big(bytes + kContainerPrefixBytes + 8, object.object.lo);
  out.append(bytes, sizeof bytes);
}

}  // namespace

std::string pg_prefix(PgIndex pg) {
  std::string out(kPgPrefixBytes, kZero);
  store_big(out.data(), pg.value);
  return out;
}

std::string container_prefix(PgIndex pg, ContainerId container) {
  std::string out = pg_prefix(pg);
  out.append(reinterpret_cast<const char*>(container.uuid.bytes.data()), container.uuid.bytes.size());
  return out;
}

std::string object_prefix(const ObjectRef& object) {
  std::string out;
  out.reserve(kObjectPrefixBytes + kEntryBytesMax);
  append_object_prefix(out, object);
  return out;
}

std::string dkey_prefix(const ObjectRef& object, std::string_view dkey) {
  std::string out;
  // Room for most akeys and for the entry behind them: what follows is put together in place.
  out.reserve(kObjectPrefixBytes + dkey.size() + 64);
  append_object_prefix(out, object);
  out += kEntryChild;
  append_escaped(out, dkey);
  return out;
}

std::string akey_prefix(const ObjectRef& object, std::string_view dkey, std::string_view akey) {
  return akey_prefix(dkey_prefix(object, dkey), akey);
}

std::string akey_prefix(std::string_view dkey_prefix, std::string_view akey) {
  std::string out;
  set_akey_prefix(out, dkey_prefix, akey);
  return out;
}

void set_akey_prefix(std::string& key, std::string_view dkey_prefix, std::string_view akey) {
  key.clear();
  key.reserve(dkey_prefix.size() + akey.size() + 8 + kEntryBytesMax);
  key.append(dkey_prefix);
  key += kEntryChild;
  append_escaped(key, akey);
}

void append_escaped(std::string& out, std::string_view key) {
  for (size_t at = 0; at < key.size();) {
    const size_t zero = key.find(kZero, at);
    const size_t end = zero == std::string_view::npos ? key.size() : zero + 1;
    out.append(key.substr(at, end - at));
    if (zero != std::string_view::npos) out += kEscapedZero;
    at = end;
  }
  out.append(2, kZero);
}

size_t escaped_bytes(std::string_view key) {
  size_t zeros = 0;
  for (const char c : key) zeros += c == kZero;
  return key.size() + zeros + 2;
}

void set_punch_entry(std::string& key, size_t prefix_bytes, Epoch epoch) {
  key.resize(prefix_bytes);
  key += kEntryPunch;
  append_epoch(key, epoch);
}

void set_single_entry(std::string& key, size_t akey_prefix_bytes, Epoch epoch) {
  key.resize(akey_prefix_bytes);
  key += kEntrySingle;
  append_epoch(key, epoch);
}

void set_extent_entry(std::string& key, size_t akey_prefix_bytes, char kind, uint64_t start, Epoch epoch) {
  key.resize(akey_prefix_bytes + kEntryBytesMax);
  char* const entry = key.data() + akey_prefix_bytes;
  entry[0] = kind;
  store_big(entry + 1, start);
  store_big(entry + 9, ~epoch.value);
}

std::optional<ParsedKey> parse_key(std::string_view key) {
  ParsedKey parsed;
  if (key.size() <= kObjectPrefixBytes) return std::nullopt;
  if (key[kObjectPrefixBytes] == kEntryPunch) return parse_punch(key, kObjectPrefixBytes, parsed);
  if (key[kObjectPrefixBytes] != kEntryChild) return std::nullopt;
  parsed.dkey_prefix_bytes = escaped_end(key, kObjectPrefixBytes + 1);
  if (parsed.dkey_prefix_bytes >= key.size()) return std::nullopt;
  if (key[parsed.dkey_prefix_bytes] == kEntryPunch) {
    parsed.kind = EntryKind::dkey_punch;
    return parse_punch(key, parsed.dkey_prefix_bytes, parsed);
  }
  if (key[parsed.dkey_prefix_bytes] != kEntryChild) return std::nullopt;
  parsed.akey_prefix_bytes = escaped_end(key, parsed.dkey_prefix_bytes + 1);
  return parse_akey_entry(key, parsed);
}

size_t scope_bytes(const ParsedKey& parsed) {
  return std::max({kObjectPrefixBytes, parsed.dkey_prefix_bytes, parsed.akey_prefix_bytes});
}

std::optional<PieceKey> parse_piece(std::string_view entry) {
  if (entry.size() != kEntryBytesMax || entry.front() != kEntryPiece) return std::nullopt;
  return PieceKey{load_big<uint64_t>(entry.data() + 1), epoch_at(entry, 9)};
}

Epoch epoch_of(std::string_view key) {
  FIRN_ASSERT(key.size() > kObjectPrefixBytes);
  return epoch_at(key, key.size() - sizeof(uint64_t));
}

ObjectRef object_of(std::string_view key) {
  FIRN_ASSERT(key.size() >= kObjectPrefixBytes);
  ObjectRef ref;
  ref.pg = PgIndex{load_big<uint32_t>(key.data())};
  std::memcpy(ref.container.uuid.bytes.data(), key.data() + kPgPrefixBytes, 16);
  ref.object.hi = load_big<uint64_t>(key.data() + kContainerPrefixBytes);
  ref.object.lo = load_big<uint64_t>(key.data() + kContainerPrefixBytes + 8);
  return ref;
}

Key dkey_of(std::string_view dkey_prefix) { return unescape(dkey_prefix.substr(kObjectPrefixBytes + 1)); }

Key akey_of(std::string_view akey_prefix, size_t dkey_prefix_bytes) {
  return unescape(akey_prefix.substr(dkey_prefix_bytes + 1));
}

}  // namespace firn::vos

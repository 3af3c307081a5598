// The bytes of a change, docs/formats/records.md: what is absent takes no room, numbers only what they need,
// as small changes are most of what a log holds.
#include <cstring>

#include "base/assert.h"
#include "base/endian.h"
#include "base/varint.h"
#include "vos/change.h"

namespace firn::vos {

namespace {

// Of a change.
constexpr uint8_t kHasDkey = 1;
constexpr uint8_t kHasRequest = 2;
constexpr uint8_t kChangeFlags = kHasDkey | kHasRequest;
// Of an entry, above two bits that say its kind.
constexpr uint8_t kKindBits = 3;
constexpr uint8_t kPunched = 4;
constexpr uint8_t kInRuns = 8;
constexpr uint8_t kHasCrc = 16;
constexpr uint8_t kEntryFlags = kKindBits | kPunched | kInRuns | kHasCrc;
constexpr auto kFirstKind = static_cast<uint8_t>(EntryKind::single);

// Into memory that is long enough.
class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}
  char* end() const { return at_; }
  void byte(uint8_t value) { *at_++ = static_cast<char>(value); }
  void number(uint64_t value) { at_ = put_varint(at_, value); }
  template <class T>
  void fixed(T value) {
    store_little(at_, value);
    at_ += sizeof value;
  }
  void bytes(const void* from, size_t count) {
    if (count > 0) std::memcpy(at_, from, count);
    at_ += count;
  }

 private:
  char* at_;
};

void write_entry(Writer& out, const EntryChange& entry) {
  const bool in_runs = !entry.runs.empty();
  FIRN_ASSERT(in_runs || entry.inline_bytes.size() == entry.data_bytes());
  uint8_t flags = static_cast<uint8_t>(entry.kind) - kFirstKind;
  if (entry.punched) flags |= kPunched;
  if (in_runs) flags |= kInRuns;
  if (entry.crc != 0) flags |= kHasCrc;
  out.byte(flags);
  if (entry.kind != EntryKind::single) {
    out.number(entry.start);
    out.number(entry.count);
  }
  out.number(entry.record_bytes);
  if (entry.crc != 0) out.fixed(entry.crc);
  if (!in_runs) return out.bytes(entry.inline_bytes.data(), entry.inline_bytes.size());
  out.number(entry.runs.size());
  for (const Run run : entry.runs) {
    out.number(run.first.value);
    out.number(run.bytes);
  }
}

void write_akey(Writer& out, const AkeyChange& akey) {
  out.number(akey.akey.size() << 1 | (akey.punched ? 1 : 0));
  out.bytes(akey.akey.data(), akey.akey.size());
  if (akey.punched) return;
  out.number(akey.entries.size());
  for (const EntryChange& entry : akey.entries) write_entry(out, entry);
}

// After the first failure every further read is a no-op; look at failed() at the end.
class Reader {
 public:
  explicit Reader(std::string_view& in) : in_(in) {}
  bool failed() const { return failed_; }
  std::string_view bytes(uint64_t count) {
    if (failed_ || count > in_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = in_.substr(0, static_cast<size_t>(count));
    in_.remove_prefix(taken.size());
    return taken;
  }
  uint64_t number() {
    uint64_t value = 0;
    if (!failed_ && !take_varint(in_, value)) failed_ = true;
    return failed_ ? 0 : value;
  }
  template <class T>
  T fixed() {
    const std::string_view raw = bytes(sizeof(T));
    return failed_ ? T{} : load_little<T>(raw.data());
  }
  uint8_t flags(uint8_t known) {
    const auto value = fixed<uint8_t>();
    if ((value & ~known) != 0) failed_ = true;
    return value;
  }
  // Of elements that take at least a byte each.
  uint64_t count() {
    const uint64_t value = number();
    if (value > in_.size()) failed_ = true;
    return failed_ ? 0 : value;
  }
  void fail() { failed_ = true; }

 private:
  std::string_view& in_;
  bool failed_ = false;
};

void read_entry(Reader& in, EntryChange& entry) {
  const uint8_t flags = in.flags(kEntryFlags);
  if ((flags & kKindBits) > 2) return in.fail();
  entry.kind = static_cast<EntryKind>(kFirstKind + (flags & kKindBits));
  entry.punched = (flags & kPunched) != 0;
  if (entry.kind != EntryKind::single) {
    entry.start = in.number();
    entry.count = in.number();
  }
  entry.record_bytes = in.number();
  if ((flags & kHasCrc) != 0) entry.crc = in.fixed<uint32_t>();
  if ((flags & kInRuns) == 0) {
    uint64_t data_bytes = 0;
    if (__builtin_mul_overflow(entry.record_bytes, entry.count, &data_bytes)) {
      if (!entry.punched) in.fail();
    }
    if (!entry.punched) entry.inline_bytes = in.bytes(data_bytes);
    return;
  }
  const uint64_t runs = in.count();
  if (runs == 0) return in.fail();
  for (uint64_t i = 0; i < runs && !in.failed(); i++) {
    const BlockIndex first{in.number()};
    entry.runs.push_back({first, in.number()});
  }
}

void read_akey(Reader& in, AkeyChange& akey) {
  const uint64_t head = in.number();
  akey.akey = in.bytes(head >> 1);
  akey.punched = (head & 1) != 0;
  if (akey.punched) return;
  const uint64_t entries = in.count();
  for (uint64_t i = 0; i < entries && !in.failed(); i++) read_entry(in, akey.entries.emplace_back());
}

}  // namespace

void pack(const Change& change, std::string& out) {
  const size_t begin = out.size();
  out.resize(begin + encoded_bytes_max(change));
  Writer to(out.data() + begin);
  const bool has_request = change.request != RequestId{} || change.completed_below.value != 0;
  to.byte((change.dkey ? kHasDkey : 0) | (has_request ? kHasRequest : 0));
  to.number(change.object.pg.value);
  to.bytes(change.object.container.uuid.bytes.data(), change.object.container.uuid.bytes.size());
  to.fixed(change.object.object.hi);
  to.fixed(change.object.object.lo);
  to.fixed(change.epoch.value);
  if (has_request) {
    to.fixed(change.request.client.value);
    to.number(change.request.sequence.value);
    to.number(change.completed_below.value);
  }
  if (change.dkey) {
    to.number(change.dkey->size());
    to.bytes(change.dkey->data(), change.dkey->size());
  }
  to.number(change.akeys.size());
  for (const AkeyChange& akey : change.akeys) write_akey(to, akey);
  out.resize(static_cast<size_t>(to.end() - out.data()));
}

bool unpack(std::string_view& in, Change& change) {
  Reader from(in);
  const uint8_t flags = from.flags(kChangeFlags);
  const uint64_t pg = from.number();
  if (pg > UINT32_MAX) return false;
  change.object.pg = PgIndex{static_cast<uint32_t>(pg)};
  auto& uuid = change.object.container.uuid.bytes;
  const std::string_view container = from.bytes(uuid.size());
  if (!from.failed()) std::memcpy(uuid.data(), container.data(), uuid.size());
  change.object.object.hi = from.fixed<uint64_t>();
  change.object.object.lo = from.fixed<uint64_t>();
  change.epoch = Epoch{from.fixed<uint64_t>()};
  if ((flags & kHasRequest) != 0) {
    change.request.client = ClientId{from.fixed<uint64_t>()};
    change.request.sequence = RequestSequence{from.number()};
    change.completed_below = RequestSequence{from.number()};
  }
  if ((flags & kHasDkey) != 0) change.dkey = from.bytes(from.number());
  const uint64_t akeys = from.count();
  for (uint64_t i = 0; i < akeys && !from.failed(); i++) read_akey(from, change.akeys.emplace_back());
  return !from.failed();
}

size_t encoded_bytes_max(const Change& change) {
  constexpr size_t kFixedBytes = 96;  // all but keys, data and runs, with room to spare
  constexpr size_t kAkeyBytes = 2 * kVarintBytesMax;
  constexpr size_t kEntryBytes = 48;
  size_t bytes = kFixedBytes + (change.dkey ? change.dkey->size() : 0);
  for (const AkeyChange& akey : change.akeys) {
    bytes += kAkeyBytes + akey.akey.size();
    for (const EntryChange& entry : akey.entries) {
      bytes += kEntryBytes + entry.inline_bytes.size() + entry.runs.size() * 2 * kVarintBytesMax;
    }
  }
  return bytes;
}

}  // namespace firn::vos

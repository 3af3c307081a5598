#include "vos_bench/lmdb_values.h"

#include <algorithm>
#include <fstream>

#include "vos_bench/must.h"

namespace firn::bench {

namespace {

// Sorted and in one transaction: a random load copies the whole tree again and again.
constexpr uint64_t kLoadSlice = 1 << 20;

void must_be_zero(int error) {
  if (error != 0) give_up(std::string("lmdb: ") + mdb_strerror(error));
}

MDB_val slice(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

}  // namespace

LmdbValues::LmdbValues(const StoreSetup& setup) : setup_(setup) {
  config_ = fmt::format("lmdb={}.{}.{} sync=1 writemap=0 readahead=0 cache=page_cache", MDB_VERSION_MAJOR,
                        MDB_VERSION_MINOR, MDB_VERSION_PATCH);
  must_be_zero(mdb_env_create(&env_));
  must_be_zero(mdb_env_set_mapsize(env_, (2ull << 30) + setup.keys * 1024));
  must_be_zero(mdb_env_open(env_, setup.directory.c_str(), MDB_NORDAHEAD, 0600));
  MDB_txn* opening = nullptr;
  must_be_zero(mdb_txn_begin(env_, nullptr, 0, &opening));
  must_be_zero(mdb_dbi_open(opening, nullptr, 0, &table_));
  must_be_zero(mdb_txn_commit(opening));
  must_be_zero(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader_));
  must_be_zero(mdb_cursor_open(reader_, table_, &cursor_));
  mdb_txn_reset(reader_);
}

LmdbValues::~LmdbValues() {
  mdb_cursor_close(cursor_);
  mdb_txn_abort(reader_);
  mdb_env_close(env_);
}

void LmdbValues::prepare_updates(std::span<const uint64_t> keys) {
  keys_.clear();
  values_.clear();
  for (const uint64_t key : keys) {
    keys_.emplace_back(setup_.space, key, ++epoch_);
    values_.push_back(value_of(key));
  }
}

// In one transaction.
void LmdbValues::put(size_t begin, size_t end) {
  MDB_txn* writer = nullptr;
  must_be_zero(mdb_txn_begin(env_, nullptr, 0, &writer));
  for (size_t i = begin; i < end; i++) {
    MDB_val key = slice(keys_[i].text());
    MDB_val value{kValueBytes, values_[i].data()};
    must_be_zero(mdb_put(writer, table_, &key, &value, 0));
  }
  must_be_zero(mdb_txn_commit(writer));
}

void LmdbValues::run_updates(Concurrency how) {
  for (size_t at = 0; at < keys_.size(); at += how.group) put(at, std::min(at + how.group, keys_.size()));
}

void LmdbValues::prepare_fetches(std::span<const uint64_t> keys) {
  keys_.clear();
  for (const uint64_t key : keys) keys_.emplace_back(setup_.space, key, UINT64_MAX);
}

// A reader sees the state at its beginning, so each fetch renews it, as each fetch of Firn sees the newest.
void LmdbValues::renew_reader() {
  must_be_zero(mdb_txn_renew(reader_));
  must_be_zero(mdb_cursor_renew(reader_, cursor_));
}

void LmdbValues::run_fetches(Concurrency) {
  Value copy;
  for (const PeerKey& wanted : keys_) {
    renew_reader();
    MDB_val key = slice(wanted.text());
    MDB_val value{};
    must_be_zero(mdb_cursor_get(cursor_, &key, &value, MDB_SET_RANGE));
    if (std::memcmp(key.mv_data, wanted.prefix().data(), PeerKey::kPrefixBytes) != 0 ||
        value.mv_size != kValueBytes) {
      give_up("lmdb: a value is not there");
    }
    std::memcpy(copy.data(), value.mv_data, kValueBytes);
    asm volatile("" : : "r"(copy.data()) : "memory");  // the copy is not left out
    mdb_txn_reset(reader_);
  }
}

void LmdbValues::load(uint64_t begin, uint64_t end) {
  must_be_zero(mdb_env_set_flags(env_, MDB_NOSYNC, 1));
  for (uint64_t at = begin; at < end; at += kLoadSlice) {
    std::vector<uint64_t> keys = key_range(at, std::min(at + kLoadSlice, end));
    std::ranges::sort(keys, {}, [this](uint64_t key) { return PeerKey(setup_.space, key, 0); });
    prepare_updates(keys);
    put(0, keys_.size());
  }
  must_be_zero(mdb_env_set_flags(env_, MDB_NOSYNC, 0));
}

void LmdbValues::settle() { must_be_zero(mdb_env_sync(env_, 1)); }

// A transaction leaves nothing to do.
void LmdbValues::quiesce() {}

// Of the whole process: while LMDB works the others are quiet.
uint64_t LmdbValues::device_bytes_written() const {
  std::ifstream counters("/proc/self/io");
  std::string word;
  uint64_t bytes = 0;
  while (counters >> word) {
    if (word == "wchar:" && counters >> bytes) return bytes;
  }
  give_up("/proc/self/io does not tell what was written");
}

// Several versions of a dkey count once.
uint64_t LmdbValues::enumerate() {
  renew_reader();
  const PeerKey first(setup_.space, 0, UINT64_MAX);
  const std::string_view object = first.text().substr(0, 16);
  MDB_val key = slice(object);
  MDB_val value{};
  std::string dkey;
  uint64_t count = 0;
  int error = mdb_cursor_get(cursor_, &key, &value, MDB_SET_RANGE);
  for (; error == 0; error = mdb_cursor_get(cursor_, &key, &value, MDB_NEXT)) {
    const std::string_view here(static_cast<const char*>(key.mv_data), key.mv_size);
    if (!here.starts_with(object)) break;
    if (count > 0 && here.substr(16, 8) == dkey) continue;
    dkey = here.substr(16, 8);
    count++;
  }
  if (error != MDB_NOTFOUND) must_be_zero(error);
  mdb_txn_reset(reader_);
  return count;
}

}  // namespace firn::bench

#include "vos_bench/rocksdb_values.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "base/time.h"
#include "vos_bench/must.h"

namespace firn::bench {

namespace {

constexpr uint64_t kLoadSlice = 4096;

void must_be_ok(const rocksdb::Status& status) {
  if (!status.ok()) give_up("rocksdb: " + status.ToString());
}

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
rocksdb::Slice slice(const Value& value) {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

std::shared_ptr<rocksdb::TableFactory> table_factory(const StoreSetup& setup) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(setup.cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = false;  // what is looked up is a key without its epoch
  table.format_version = 5;
  // Where memory is scarce the index must fit into the cache as Firn's has to; else it is pinned, which is
  // faster.
  table.cache_index_and_filter_blocks = setup.medium == Medium::disk;
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

rocksdb::Options rocksdb_options(const StoreSetup& setup) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  options.table_factory = table_factory(setup);
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(PeerKey::kPrefixBytes));
  options.write_buffer_size = std::clamp<uint64_t>(setup.cache_bytes / 4, 1 << 20, 64 << 20);
  options.max_background_jobs = 2;
  options.recycle_log_file_num = 4;
  if (setup.count_bytes) options.statistics = rocksdb::CreateDBStatistics();
  if (setup.medium == Medium::disk) {
    options.use_direct_reads = true;
    options.use_direct_io_for_flush_and_compaction = true;
  }
  return options;
}

std::string config_text(const StoreSetup& setup, const rocksdb::Options& options) {
  return fmt::format("rocksdb={}.{} cache={} write_buffer={} bloom=10 direct={} recycle_log=4 sync=1",
                     ROCKSDB_MAJOR, ROCKSDB_MINOR, setup.cache_bytes, options.write_buffer_size,
                     options.use_direct_reads);
}

rocksdb::WriteOptions durable() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

RocksdbValues::RocksdbValues(const StoreSetup& setup)
    : setup_(setup), options_(rocksdb_options(setup)), config_(config_text(setup, options_)) {
  rocksdb::DB* db = nullptr;
  must_be_ok(rocksdb::DB::Open(options_, setup.directory + "/db", &db));
  db_.reset(db);
}

RocksdbValues::~RocksdbValues() { must_be_ok(db_->Close()); }

void RocksdbValues::prepare_updates(std::span<const uint64_t> keys) {
  keys_.clear();
  values_.clear();
  for (const uint64_t key : keys) {
    keys_.emplace_back(setup_.space, key, ++epoch_);
    values_.push_back(value_of(key));
  }
}

void RocksdbValues::put_each(size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    must_be_ok(db_->Put(durable(), slice(keys_[i].text()), slice(values_[i])));
  }
}

void RocksdbValues::put_batches(size_t group) {
  rocksdb::WriteBatch batch;
  for (size_t i = 0; i < keys_.size(); i++) {
    must_be_ok(batch.Put(slice(keys_[i].text()), slice(values_[i])));
    if (batch.Count() < group && i + 1 < keys_.size()) continue;
    must_be_ok(db_->Write(durable(), &batch));
    batch.Clear();
  }
}

// job(begin, end) of an equal share of `count` in each thread.
template <class Job>
void RocksdbValues::share(size_t threads, size_t count, Job job) {
  if (!team_ || team_->size() != threads) team_ = std::make_unique<ThreadTeam>(threads);
  team_->run([&](size_t i) { job(count * i / threads, count * (i + 1) / threads); });
}

void RocksdbValues::run_updates(Concurrency how) {
  if (how.threads > 1) {
    share(how.threads, keys_.size(), [this](size_t begin, size_t end) { put_each(begin, end); });
  } else if (how.group > 1) {
    put_batches(how.group);
  } else {
    put_each(0, keys_.size());
  }
}

void RocksdbValues::prepare_fetches(std::span<const uint64_t> keys) {
  keys_.clear();
  for (const uint64_t key : keys) keys_.emplace_back(setup_.space, key, UINT64_MAX);
}

// The newest version is the first key at or behind the prefix with epoch "newest". One iterator, refreshed
// for each fetch, as that is cheaper than a new one and sees as much.
void RocksdbValues::get_each(size_t begin, size_t end) {
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  const std::unique_ptr<rocksdb::Iterator> found(db_->NewIterator(options));
  Value value;
  for (size_t i = begin; i < end; i++) {
    must_be_ok(found->Refresh());
    found->Seek(slice(keys_[i].text()));
    if (!found->Valid() || !found->key().starts_with(slice(keys_[i].prefix())) ||
        found->value().size() != kValueBytes) {
      give_up("rocksdb: a value is not there " + found->status().ToString());
    }
    std::memcpy(value.data(), found->value().data(), kValueBytes);
    asm volatile("" : : "r"(value.data()) : "memory");  // the copy is not left out
  }
}

void RocksdbValues::run_fetches(Concurrency how) {
  if (how.threads == 1) return get_each(0, keys_.size());
  share(how.threads, keys_.size(), [this](size_t begin, size_t end) { get_each(begin, end); });
}

void RocksdbValues::load(uint64_t begin, uint64_t end) {
  for (uint64_t at = begin; at < end; at += kLoadSlice) {
    prepare_updates(key_range(at, std::min(at + kLoadSlice, end)));
    rocksdb::WriteBatch batch;
    for (size_t i = 0; i < keys_.size(); i++) {
      must_be_ok(batch.Put(slice(keys_[i].text()), slice(values_[i])));
    }
    must_be_ok(db_->Write({}, &batch));
  }
}

// Several rounds, so that logs written from now on lie in files that are there already, as Firn's does.
void RocksdbValues::settle() {
  for (int round = 0; round < 3; round++) {
    prepare_updates(key_range(0, 1));
    run_updates({});
    must_be_ok(db_->Flush({}));
  }
  must_be_ok(db_->CompactRange({}, nullptr, nullptr));
}

void RocksdbValues::quiesce() {
  must_be_ok(db_->Flush({}));
  for (const char* property : {"rocksdb.compaction-pending", "rocksdb.num-running-compactions"}) {
    uint64_t left = 1;
    while (db_->GetIntProperty(property, &left) && left > 0) std::this_thread::sleep_for(1ms);
  }
}

// Log, flushes and compactions.
uint64_t RocksdbValues::device_bytes_written() const {
  const rocksdb::Statistics& statistics = *options_.statistics;
  return statistics.getTickerCount(rocksdb::WAL_FILE_BYTES) +
         statistics.getTickerCount(rocksdb::FLUSH_WRITE_BYTES) +
         statistics.getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
}

// Several versions of a dkey count once.
uint64_t RocksdbValues::enumerate() {
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  options.readahead_size = 256 << 10;
  const std::unique_ptr<rocksdb::Iterator> found(db_->NewIterator(options));
  const PeerKey first(setup_.space, 0, UINT64_MAX);
  const rocksdb::Slice object(first.text().data(), 16);
  std::string dkey;
  uint64_t count = 0;
  for (found->Seek(object); found->Valid() && found->key().starts_with(object); found->Next()) {
    const std::string_view here(found->key().data() + 16, 8);
    if (count > 0 && here == dkey) continue;
    dkey = here;
    count++;
  }
  must_be_ok(found->status());
  return count;
}

}  // namespace firn::bench

// RocksdbValues: RocksDB's side of the rows about single values.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>

#include "vos_bench/thread_team.h"
#include "vos_bench/value_store.h"

namespace firn::bench {

class RocksdbValues final : public ValueStore {
 public:
  explicit RocksdbValues(const StoreSetup& setup);
  ~RocksdbValues() override;

  void prepare_updates(std::span<const uint64_t> keys) override;
  void run_updates(Concurrency how) override;
  void prepare_fetches(std::span<const uint64_t> keys) override;
  void run_fetches(Concurrency how) override;
  void load(uint64_t begin, uint64_t end) override;
  void settle() override;
  void quiesce() override;
  uint64_t device_bytes_written() const override;
  uint64_t enumerate() override;
  std::string config() const override { return config_; }

 private:
  void put_each(size_t begin, size_t end);
  void put_batches(size_t group);
  void get_each(size_t begin, size_t end);
  template <class Job>
  void share(size_t threads, size_t count, Job job);

  const StoreSetup setup_;
  rocksdb::Options options_;
  std::string config_;
  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<ThreadTeam> team_;
  uint64_t epoch_ = 0;
  std::vector<PeerKey> keys_;
  std::vector<Value> values_;  // of keys_, when updates are prepared
};

}  // namespace firn::bench

// LmdbValues: LMDB's side of the rows about single values.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <lmdb.h>

#include "vos_bench/value_store.h"

namespace firn::bench {

class LmdbValues final : public ValueStore {
 public:
  explicit LmdbValues(const StoreSetup& setup);
  ~LmdbValues() override;
  LmdbValues(const LmdbValues&) = delete;
  LmdbValues& operator=(const LmdbValues&) = delete;

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
  void put(size_t begin, size_t end);
  void renew_reader();

  const StoreSetup setup_;
  std::string config_;
  MDB_env* env_ = nullptr;
  MDB_dbi table_ = 0;
  MDB_txn* reader_ = nullptr;  // reset while unused
  MDB_cursor* cursor_ = nullptr;
  uint64_t epoch_ = 0;
  std::vector<PeerKey> keys_;
  std::vector<Value> values_;  // of keys_, when updates are prepared
};

}  // namespace firn::bench

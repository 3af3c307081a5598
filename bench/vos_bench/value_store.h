// ValueStore: what the rows about single values ask of each store.
#pragma once

#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "vos_bench/keys.h"

namespace firn::bench {

enum class Medium : uint8_t { memory, disk };

struct StoreSetup {
  std::string directory;  // empty; the store's own
  Medium medium = Medium::memory;
  KeySpace space;
  uint64_t keys = 0;  // as many will be there, roughly
  uint64_t cache_bytes = 0;
  bool firn_files = false;   // Firn uses files by io_uring even where its devices could be memory
  bool count_bytes = false;  // that reach the devices; costs a little
};

struct Concurrency {
  // Firn: operations in flight. RocksDB and LMDB: updates in one batch or transaction.
  size_t group = 1;
  size_t threads = 1;  // RocksDB only
};

// Requests are built before they are run, so that building them is not measured, for any store. Any failure
// ends the program.
class ValueStore {
 public:
  virtual ~ValueStore() = default;
  virtual void prepare_updates(std::span<const uint64_t> keys) = 0;
  // Returns when all are durable.
  virtual void run_updates(Concurrency how) = 0;
  virtual void prepare_fetches(std::span<const uint64_t> keys) = 0;
  // Each value is copied out and its length checked.
  virtual void run_fetches(Concurrency how) = 0;
  // Keys [begin, end), the fastest way the store has; durable after settle().
  virtual void load(uint64_t begin, uint64_t end) = 0;
  // Puts what is in memory or in the log where it stays.
  virtual void settle() = 0;
  // Ends the background work that the operations so far have caused.
  virtual void quiesce() = 0;
  // Written to files so far; precondition: setup.count_bytes.
  virtual uint64_t device_bytes_written() const = 0;
  // Counts the dkeys of the object that key 0 is in.
  virtual uint64_t enumerate() = 0;
  virtual std::string config() const = 0;
};

inline std::vector<uint64_t> key_range(uint64_t begin, uint64_t end) {
  std::vector<uint64_t> keys(end - begin);
  std::iota(keys.begin(), keys.end(), begin);
  return keys;
}

}  // namespace firn::bench

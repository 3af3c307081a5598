// FirnValues: Firn's side of the rows about single values.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "vos_bench/firn_store.h"
#include "vos_bench/value_store.h"

namespace firn::bench {

class FirnValues final : public ValueStore {
 public:
  explicit FirnValues(const StoreSetup& setup);
  FirnValues(KeySpace space, FirnSetup setup);

  void prepare_updates(std::span<const uint64_t> keys) override;
  void run_updates(Concurrency how) override;
  void prepare_fetches(std::span<const uint64_t> keys) override;
  void run_fetches(Concurrency how) override;
  void load(uint64_t begin, uint64_t end) override;
  void settle() override;
  void quiesce() override;
  uint64_t device_bytes_written() const override;
  uint64_t enumerate() override;
  std::string config() const override { return firn_.setup().text(); }

  FirnStore& firn() { return firn_; }

 private:
  vos::ObjectRef object(uint64_t key) const;
  Task<Result<void>> update_every(size_t first, size_t step);
  Task<Result<void>> fetch_every(size_t first, size_t step);
  Task<Result<uint64_t>> count_dkeys();

  const KeySpace space_;
  FirnStore firn_;
  std::vector<vos::Update> updates_;
  std::vector<Value> values_;  // of updates_
  std::vector<vos::Fetch> fetches_;
};

}  // namespace firn::bench

#include "vos_bench/amplification_row.h"

#include <map>

#include "base/rng.h"
#include "vos_bench/value_stores.h"

namespace firn::bench {

namespace {

constexpr size_t kGroup = 64;
constexpr uint64_t kSlice = 4096;

class AmplificationScenario final : public Scenario {
 public:
  explicit AmplificationScenario(const RowContext& context) : keys_(context.options.keys) {
    const uint64_t cache_mib = context.options.cache_mib;
    for (const char* name : {"firn", "rocksdb", "lmdb"}) {
      if (!context.wants(name)) continue;
      const StoreSetup setup{.directory = context.memory,
                             .space = {.objects = std::max<uint64_t>(1, keys_ / 1024)},
                             .keys = keys_,
                             .cache_bytes = cache_mib > 0 ? cache_mib << 20 : (256ull << 20) + keys_ * 640,
                             .count_bytes = true};
      stores_.push_back(filled_store(name, setup));
      ValueStore& store = *stores_.back();
      variants.push_back({name, "overwrites", store.config(), [this, &store] { return measure(store); }});
    }
    ratios = {{"amplification", "rocksdb, overwrites", "firn, overwrites", ""}};
  }

 private:
  // Overwrites half as many values as there are; what that leaves to be done in the background counts too.
  std::vector<Figure> measure(ValueStore& store) {
    const uint64_t before = store.device_bytes_written();
    uint64_t updates = 0;
    std::vector<uint64_t> slice(kSlice);
    for (; updates < keys_ / 2; updates += kSlice) {
      for (uint64_t& key : slice) key = rng_.below(keys_);
      store.prepare_updates(slice);
      store.run_updates({.group = kGroup});
    }
    store.quiesce();
    const auto written = static_cast<double>(store.device_bytes_written() - before);
    return {{"amplification", "x", written / static_cast<double>(updates * kValueBytes)}};
  }

  const uint64_t keys_;
  Rng rng_{1};
  std::vector<std::unique_ptr<ValueStore>> stores_;
};

}  // namespace

Row amplification_row() {
  return {"write-amplification",
          "bytes written to the devices for each byte of value, random overwrites of 64 B, 64 at a time", "",
          [](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<AmplificationScenario>(context);
          }};
}

}  // namespace firn::bench

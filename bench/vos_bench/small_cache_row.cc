#include "vos_bench/small_cache_row.h"

#include <fstream>

#include "base/rng.h"
#include "vos_bench/must.h"
#include "vos_bench/value_stores.h"

namespace firn::bench {

namespace {

constexpr uint64_t kCacheMib = 64;
constexpr uint64_t kBesideCacheMib = 32;  // what the store may need besides

// A line of /proc/self/status in MiB.
double status_mib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kib = 0;
    if (word == name + ":" && status >> kib) return kib / 1024;
  }
  give_up("/proc/self/status has no " + name);
}

class SmallCacheScenario final : public Scenario {
 public:
  explicit SmallCacheScenario(const RowContext& context) : options_(context.options) {
    if (!context.wants("firn")) return;
    cache_mib_ = options_.cache_mib > 0 ? options_.cache_mib : kCacheMib;
    store_ = filled_store("firn", {.directory = context.disk,
                                   .medium = Medium::disk,
                                   .space = {.objects = 0},
                                   .keys = options_.keys,
                                   .cache_bytes = cache_mib_ << 20});
    next_key_ = options_.keys;
    const std::string config = store_->config();
    variants = {{"firn", "inserts, 64 in flight", config, [this] { return with_memory(inserts()); }},
                {"firn", "fetches, 64 in flight", config, [this] { return with_memory(fetches(64)); }},
                {"firn", "fetches, alone", config, [this] { return with_memory(fetches(1)); }}};
  }

 private:
  std::vector<Figure> inserts() {
    const auto prepare = [&](uint64_t count) {
      store_->prepare_updates(key_range(next_key_, next_key_ + count));
      next_key_ += count;
    };
    return measure_slices(options_.seconds, prepare, [&] { store_->run_updates({.group = 64}); });
  }

  std::vector<Figure> fetches(size_t in_flight) {
    const auto prepare = [&](uint64_t count) {
      std::vector<uint64_t> keys(count);
      for (uint64_t& key : keys) key = rng_.below(options_.keys);
      store_->prepare_fetches(keys);
    };
    return measure_slices(options_.seconds, prepare, [&] { store_->run_fetches({.group = in_flight}); });
  }

  // Of the whole program: the requests that are ready to be run as well.
  std::vector<Figure> with_memory(std::vector<Figure> figures) const {
    figures.push_back({"resident", "MiB", status_mib("VmRSS")});
    figures.push_back({"resident peak", "MiB", status_mib("VmHWM")});
    figures.push_back({"allowed", "MiB", static_cast<double>(cache_mib_ + kBesideCacheMib)});
    return figures;
  }

  const Options options_;
  uint64_t cache_mib_ = 0;
  std::unique_ptr<ValueStore> store_;
  uint64_t next_key_ = 0;
  Rng rng_{1};
};

}  // namespace

Row small_cache_row() {
  return {"small-cache", "objects of one value of 64 B each, on disk, with a cache of 64 MiB",
          "resident memory <= cache + 32 MiB", [](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<SmallCacheScenario>(context);
          }};
}

}  // namespace firn::bench

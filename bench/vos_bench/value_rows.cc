#include "vos_bench/value_rows.h"

#include <map>

#include <fmt/format.h>

#include "base/rng.h"
#include "vos_bench/must.h"
#include "vos_bench/value_stores.h"

namespace firn::bench {

namespace {

constexpr uint64_t kKeysPerObject = 1024;
constexpr uint64_t kBytesPerKey = PeerKey::kBytes + kValueBytes;  // for a user; stores need more

enum class Operation : uint8_t { update, fetch, enumerate };

struct Use {
  const char* store;
  const char* mode;
  Concurrency how;
};

struct ValueRow {
  Operation operation;
  Medium medium;
  bool scarce = false;  // the cache holds an eighth of the data, else all
  std::vector<Use> uses;
  std::vector<Ratio> ratios;
};

uint64_t cache_bytes(const ValueRow& row, const Options& options) {
  if (options.cache_mib > 0) return options.cache_mib << 20;
  if (row.scarce) return std::max<uint64_t>(8 << 20, options.keys * kBytesPerKey / 8);
  // Updates are of new keys: what comes during a long run stays in memory too.
  const uint64_t growth = row.operation == Operation::update ? 4ull << 30 : 256ull << 20;
  return growth + options.keys * 320;
}

class ValueScenario final : public Scenario {
 public:
  ValueScenario(const RowContext& context, ValueRow row) : context_(context), row_(std::move(row)) {
    for (const Use& use : row_.uses) {
      if (!context_.wants(use.store)) continue;
      Subject& subject = subjects_[use.store];
      if (!subject.store) fill(use.store, subject);
      variants.push_back({use.store, use.mode, subject.store->config(),
                          [this, &subject, how = use.how] { return measure(subject, how); }});
    }
    ratios = row_.ratios;
  }

 private:
  struct Subject {
    std::unique_ptr<ValueStore> store;
    uint64_t next_key = 0;
    Rng rng{1};
  };

  KeySpace space() const {
    if (row_.operation == Operation::enumerate) return {.objects = 1};
    return {.objects = std::max<uint64_t>(1, context_.options.keys / kKeysPerObject)};
  }

  void fill(const std::string& name, Subject& subject) {
    const Options& options = context_.options;
    const StoreSetup setup{.directory = row_.medium == Medium::disk ? context_.disk : context_.memory,
                           .medium = row_.medium,
                           .space = space(),
                           .keys = options.keys,
                           .cache_bytes = cache_bytes(row_, options)};
    subject.store = filled_store(name, setup);
    subject.next_key = options.keys;
  }

  std::vector<Figure> measure(Subject& subject, Concurrency how) {
    switch (row_.operation) {
      case Operation::update:
        return measure_updates(subject, how);
      case Operation::fetch:
        return measure_fetches(subject, how);
      case Operation::enumerate:
        return measure_enumeration(*subject.store);
    }
    give_up("no such operation");
  }

  std::vector<Figure> measure_updates(Subject& subject, Concurrency how) {
    const auto prepare = [&](uint64_t count) {
      subject.store->prepare_updates(key_range(subject.next_key, subject.next_key + count));
      subject.next_key += count;
    };
    return measure_slices(context_.options.seconds, prepare, [&] { subject.store->run_updates(how); });
  }

  std::vector<Figure> measure_fetches(Subject& subject, Concurrency how) {
    const auto prepare = [&](uint64_t count) {
      std::vector<uint64_t> keys(count);
      for (uint64_t& key : keys) key = subject.rng.below(context_.options.keys);
      subject.store->prepare_fetches(keys);
    };
    return measure_slices(context_.options.seconds, prepare, [&] { subject.store->run_fetches(how); });
  }

  std::vector<Figure> measure_enumeration(ValueStore& store) {
    const Stopwatch watch;
    const uint64_t found = store.enumerate();
    const double seconds = watch.seconds();
    if (found != context_.options.keys) give_up(fmt::format("{} dkeys were enumerated", found));
    return {{"mean", "ns", seconds * 1e9 / static_cast<double>(found)}};
  }

  const RowContext context_;
  const ValueRow row_;
  std::map<std::string, Subject> subjects_;
};

Row value_row(std::string name, std::string about, std::string bar, ValueRow row) {
  return {std::move(name), std::move(about), std::move(bar),
          [row = std::move(row)](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<ValueScenario>(context, row);
          }};
}

Row update_memory() {
  return value_row("update-memory",
                   "durable updates of new random keys, 64 B, index in memory, files in memory",
                   ">= 3x RocksDB, median <= 1.5 us",
                   {.operation = Operation::update,
                    .medium = Medium::memory,
                    .uses = {{"firn", "alone", {1}},
                             {"firn-files", "alone", {1}},
                             {"rocksdb", "sync put", {1}},
                             {"lmdb", "txn of 1", {1}},
                             {"firn", "64 in flight", {64}},
                             {"firn-files", "64 in flight", {64}},
                             {"rocksdb", "batch of 64", {64}},
                             {"lmdb", "txn of 64", {64}}},
                    .ratios = {{"mean", "rocksdb, sync put", "firn, alone", ">= 3"},
                               {"mean", "rocksdb, sync put", "firn, 64 in flight", ">= 3"},
                               {"mean", "rocksdb, sync put", "firn-files, alone", ""},
                               {"mean", "rocksdb, sync put", "firn-files, 64 in flight", ""},
                               {"cpu", "rocksdb, sync put", "firn, alone", ">= 3"},
                               {"mean", "rocksdb, batch of 64", "firn, 64 in flight", ""},
                               {"cpu", "rocksdb, batch of 64", "firn, 64 in flight", ""}}});
}

Row fetch_memory() {
  return value_row("fetch-memory", "fetches of random keys, 64 B, all in memory, one by one",
                   ">= 2x RocksDB, >= 0.8x LMDB, <= 0.7 us",
                   {.operation = Operation::fetch,
                    .medium = Medium::memory,
                    .uses = {{"firn", "alone", {1}}, {"rocksdb", "seek", {1}}, {"lmdb", "seek", {1}}},
                    .ratios = {{"mean", "rocksdb, seek", "firn, alone", ">= 2"},
                               {"mean", "lmdb, seek", "firn, alone", ">= 0.8"},
                               {"cpu", "rocksdb, seek", "firn, alone", ">= 2"},
                               {"cpu", "lmdb, seek", "firn, alone", ">= 0.8"}}});
}

Row update_disk_large() {
  return value_row("update-disk-large",
                   "durable updates of new random keys, 64 B, on disk, data 8 times the cache",
                   ">= 1.5x RocksDB",
                   {.operation = Operation::update,
                    .medium = Medium::disk,
                    .scarce = true,
                    .uses = {{"firn", "alone", {1}},
                             {"rocksdb", "sync put", {1}},
                             {"firn", "64 in flight", {64}},
                             {"rocksdb", "64 threads", {1, 64}},
                             {"lmdb", "txn of 64", {64}}},
                    .ratios = {{"mean", "rocksdb, sync put", "firn, alone", ""},
                               {"mean", "rocksdb, 64 threads", "firn, 64 in flight", ">= 1.5"}}});
}

Row fetch_disk_large() {
  return value_row("fetch-disk-large", "fetches of random keys, 64 B, on disk, data 8 times the cache", "",
                   {.operation = Operation::fetch,
                    .medium = Medium::disk,
                    .scarce = true,
                    .uses = {{"firn", "alone", {1}},
                             {"rocksdb", "1 thread", {1}},
                             {"lmdb", "page cache", {1}},
                             {"firn", "64 in flight", {64}},
                             {"rocksdb", "64 threads", {1, 64}}},
                    .ratios = {{"mean", "rocksdb, 1 thread", "firn, alone", ""},
                               {"mean", "rocksdb, 64 threads", "firn, 64 in flight", ""}}});
}

Row update_disk_durable() {
  return value_row("update-disk-durable",
                   "durable updates of new random keys, 64 B, on disk, index in memory", ">= 1.5x RocksDB",
                   {.operation = Operation::update,
                    .medium = Medium::disk,
                    .uses = {{"firn", "64 in flight", {64}},
                             {"rocksdb", "64 threads", {1, 64}},
                             {"rocksdb", "batch of 64", {64}},
                             {"lmdb", "txn of 64", {64}}},
                    .ratios = {{"mean", "rocksdb, 64 threads", "firn, 64 in flight", ">= 1.5"},
                               {"mean", "rocksdb, batch of 64", "firn, 64 in flight", ">= 1.5"}}});
}

Row enumerate() {
  return value_row("enumerate", "all dkeys of one object in order, in memory", "",
                   {.operation = Operation::enumerate,
                    .medium = Medium::memory,
                    .uses = {{"firn", "list", {}}, {"rocksdb", "iterator", {}}, {"lmdb", "cursor", {}}},
                    .ratios = {{"mean", "rocksdb, iterator", "firn, list", ""},
                               {"mean", "lmdb, cursor", "firn, list", ""}}});
}

}  // namespace

std::vector<Row> value_rows() {
  return {update_memory(),    fetch_memory(),        update_disk_large(),
          fetch_disk_large(), update_disk_durable(), enumerate()};
}

}  // namespace firn::bench

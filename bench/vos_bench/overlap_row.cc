#include "vos_bench/overlap_row.h"

#include <filesystem>

#include "base/rng.h"
#include "codec/crc32c.h"
#include "vos_bench/firn_store.h"

namespace firn::bench {

namespace {

constexpr uint64_t kExtentBytes = 64 << 10;
constexpr uint64_t kVersions = 1000;
constexpr uint64_t kVersionBytesMax = 16 << 10;

constexpr char kMany[] = "many";      // the whole extent, then versions of parts of it
constexpr char kSingle[] = "single";  // the whole extent

vos::ObjectRef object() { return {PgIndex{3}, ContainerId{}, ObjectId{.hi = 1, .lo = 2}}; }

Task<Result<void>> write(vos::Store* store, Key dkey, Recx recx) {
  const std::string bytes(recx.count, 'x');
  const ByteView data = as_bytes(bytes);
  vos::Update update{.object = object(), .dkey = std::move(dkey)};
  update.items.push_back({.akey = "a",
                          .kind = ValueKind::array,
                          .record_bytes = 1,
                          .recxs = {recx},
                          .checksums = {crc32c(data)}});
  FIRN_CO_CHECK(co_await store->update(std::move(update), {&data, 1}));
  co_return {};
}

Task<Result<void>> fetch_all(vos::Store* store, std::vector<vos::Fetch>* fetches) {
  for (vos::Fetch& fetch : *fetches) {
    FIRN_CO_TRY(const auto found, co_await store->fetch(std::move(fetch)));
    if (found.payload.size() != kExtentBytes) co_return fail(Code::corrupt, "firn: the extent is not there");
  }
  co_return {};
}

// All epochs are readable, so all versions stay.
std::unique_ptr<FirnStore> make_store(const std::string& directory) {
  std::filesystem::create_directories(directory);
  auto firn = std::make_unique<FirnStore>(
      FirnSetup{.directory = directory,
                .options = {.cache_bytes = 256 << 20, .retention = {.readable_from = kEpochNone}}});
  vos::Store* const store = &firn->store();
  firn->run(write(store, kSingle, {0, kExtentBytes}));
  firn->run(write(store, kMany, {0, kExtentBytes}));
  Rng rng(1);
  for (uint64_t i = 1; i < kVersions; i++) {
    const uint64_t count = rng.between(1, kVersionBytesMax);
    firn->run(write(store, kMany, {rng.below(kExtentBytes - count + 1), count}));
  }
  firn->run(store->checkpoint());
  return firn;
}

class OverlapScenario final : public Scenario {
 public:
  explicit OverlapScenario(const RowContext& context) : seconds_(context.options.seconds) {
    if (!context.wants("firn")) return;
    versions_ = make_store(context.memory + "/versions");
    aggregated_ = make_store(context.memory + "/aggregated");
    aggregated_->store().set_retention({});  // the newest state only
    aggregated_->run(aggregated_->store().aggregate(aggregated_->store().newest_epoch()));
    aggregated_->run(aggregated_->store().checkpoint());
    const std::string config = versions_->setup().text();
    variants = {{"firn", "single version", config, [this] { return measure(*versions_, kSingle); }},
                {"firn", "1000 versions", config, [this] { return measure(*versions_, kMany); }},
                {"firn", "aggregated", config, [this] { return measure(*aggregated_, kMany); }}};
    ratios = {{"mean", "firn, 1000 versions", "firn, single version", ""},
              {"mean", "firn, aggregated", "firn, single version", ""}};
  }

 private:
  std::vector<Figure> measure(FirnStore& firn, const Key& dkey) {
    std::vector<vos::Fetch> fetches;
    const auto prepare = [&](uint64_t count) {
      fetches.clear();
      for (uint64_t i = 0; i < count; i++) {
        vos::Fetch& fetch = fetches.emplace_back(object(), dkey);
        fetch.items.push_back({.akey = "a", .kind = ValueKind::array, .recxs = {{0, kExtentBytes}}});
      }
    };
    return measure_slices(seconds_, prepare, [&] { firn.run(fetch_all(&firn.store(), &fetches)); });
  }

  const double seconds_;
  std::unique_ptr<FirnStore> versions_;
  std::unique_ptr<FirnStore> aggregated_;
};

}  // namespace

Row overlap_row() {
  return {"overlap",
          "fetches of 64 KiB that have 1,000 overlapping versions, are aggregated, have one version", "",
          [](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<OverlapScenario>(context);
          }};
}

}  // namespace firn::bench

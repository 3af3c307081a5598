#include "vos_bench/restart_row.h"

#include <filesystem>

#include "vos_bench/firn_values.h"
#include "vos_bench/must.h"

namespace firn::bench {

namespace {

constexpr uint64_t kLogBytes = 1ull << 30;        // to be replayed
constexpr uint64_t kLogBytesPerKeyWanted = 1100;  // so that a small number of keys asks for a short log

// The log is large enough, and the cache, that no checkpoint cuts it.
FirnSetup setup_for(const std::string& directory, uint64_t log_bytes) {
  std::filesystem::create_directories(directory);
  return {
      .directory = directory,
      .log_device_bytes = 2 * log_bytes + (64ull << 20),
      .main_device_bytes = 16ull << 30,
      .options = {.cache_bytes = 4 * log_bytes + (256ull << 20), .log_bytes_per_checkpoint = 2 * log_bytes}};
}

class RestartScenario final : public Scenario {
 public:
  explicit RestartScenario(const RowContext& context)
      : log_bytes_(std::min(kLogBytes, context.options.keys * kLogBytesPerKeyWanted)) {
    if (!context.wants("firn")) return;
    crashed_ = fill(context.disk + "/crashed");
    crashed_->firn().drop();
    closed_ = fill(context.disk + "/closed");
    closed_->firn().close();
    variants = {{"firn", "after a crash", crashed_->config(), [this] { return measure_replay(); }},
                {"firn", "after close", closed_->config(), [this] { return measure_open(); }}};
  }

 private:
  std::unique_ptr<FirnValues> fill(const std::string& directory) const {
    constexpr uint64_t kSlice = 1 << 14;
    auto values = std::make_unique<FirnValues>(KeySpace{.objects = 1024}, setup_for(directory, log_bytes_));
    for (uint64_t at = 0; values->firn().store().stats().log_bytes < log_bytes_; at += kSlice) {
      values->load(at, at + kSlice);
    }
    if (values->firn().store().stats().checkpoints > 0) give_up("a checkpoint has cut the log");
    return values;
  }

  std::vector<Figure> measure_replay() {
    FirnStore& firn = crashed_->firn();
    const Stopwatch watch;
    firn.open();
    const double seconds = watch.seconds();
    const double cpu = watch.cpu_seconds();
    const double log_mib = static_cast<double>(firn.store().stats().log_bytes) / (1 << 20);
    firn.drop();
    return {{"open", "s", seconds},
            {"cpu", "s", cpu},
            {"log", "MiB", log_mib},
            {"replay", "MiB/s", log_mib / seconds}};
  }

  std::vector<Figure> measure_open() {
    FirnStore& firn = closed_->firn();
    const Stopwatch watch;
    firn.open();
    const double seconds = watch.seconds();
    firn.drop();
    return {{"open", "ms", seconds * 1e3}};
  }

  const uint64_t log_bytes_;
  std::unique_ptr<FirnValues> crashed_;
  std::unique_ptr<FirnValues> closed_;
};

}  // namespace

Row restart_row() {
  return {"restart", "opening a store, on disk, with 1 GiB of log to replay, and one that was closed", "",
          [](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<RestartScenario>(context);
          }};
}

}  // namespace firn::bench

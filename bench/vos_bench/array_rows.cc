#include "vos_bench/array_rows.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/rng.h"
#include "vos_bench/firn_arrays.h"
#include "vos_bench/uring_file.h"

namespace firn::bench {

namespace {

constexpr uint64_t kDataBytesMin = 16 << 20;
constexpr uint64_t kDataBytesMax = 256 << 20;
constexpr uint64_t kDataBytesPerKeyAsked = 256;  // --keys says how much all rows have to do
constexpr size_t kExtentBytesLarge = 1 << 20;

struct ArrayRow {
  size_t extent_bytes;
  bool writes;
  bool on_disk;
};

uint64_t data_bytes(const Options& options) {
  const uint64_t bytes = std::clamp(options.keys * kDataBytesPerKeyAsked, kDataBytesMin, kDataBytesMax);
  return bytes / kExtentBytesLarge * kExtentBytesLarge;
}

FirnSetup firn_setup(const std::string& directory, const Options& options, bool on_disk) {
  std::filesystem::create_directories(directory);
  const uint64_t cache_mib = options.cache_mib > 0 ? options.cache_mib : 256;
  return {.directory = directory,
          .log_device_bytes = 256ull << 20,
          .main_device_bytes = (256ull << 20) + 4 * data_bytes(options),
          .prewrite_log = on_disk,
          .prewrite_main = on_disk,
          .options = {.cache_bytes = cache_mib << 20, .log_bytes_per_checkpoint = 64ull << 20}};
}

class ArrayScenario final : public Scenario {
 public:
  ArrayScenario(const RowContext& context, ArrayRow row)
      : options_(context.options), row_(row), data_bytes_(data_bytes(options_)) {
    const std::string directory = row_.on_disk ? context.disk : context.memory;
    if (context.wants("firn")) firn_ = make_firn(directory + "/firn", DeviceKind::automatic);
    if (!row_.on_disk && context.wants("firn-files")) {
      files_ = make_firn(directory + "/firn-files", DeviceKind::buffered);
    }
    if (context.wants("uring")) {
      bare_ = std::make_unique<UringFile>(directory + "/bare", data_bytes_, row_.on_disk);
    }
    for (const size_t in_flight : {1, 16}) add_variants(in_flight);
  }

 private:
  std::unique_ptr<FirnArrays> make_firn(const std::string& directory, DeviceKind kind) const {
    FirnSetup setup = firn_setup(directory, options_, row_.on_disk);
    setup.kind = kind;
    return std::make_unique<FirnArrays>(std::move(setup), row_.extent_bytes, data_bytes_);
  }

  void add_firn(const char* name, FirnArrays* firn, size_t in_flight) {
    if (firn == nullptr) return;
    const std::string mode = fmt::format("{} in flight", in_flight);
    variants.push_back(
        {name, mode, firn->config(), [this, firn, in_flight] { return measure_firn(*firn, in_flight); }});
    ratios.push_back({"mean", variants.back().name(), "uring, " + mode, ">= 0.85"});
  }

  void add_variants(size_t in_flight) {
    const std::string mode = fmt::format("{} in flight", in_flight);
    add_firn("firn", firn_.get(), in_flight);
    add_firn("firn-files", files_.get(), in_flight);

    if (bare_) {
      variants.push_back({"uring", mode, row_.on_disk ? "direct fdatasync" : "fdatasync",
                          [this, in_flight] { return measure_bare(in_flight); }});
    }
  }

  // Large extents one after the other, small ones anywhere.
  const std::vector<uint64_t>& next_offsets(uint64_t count) {
    const uint64_t extents = data_bytes_ / row_.extent_bytes;
    offsets_.resize(count);
    for (uint64_t& offset : offsets_) {
      const uint64_t extent =
          row_.extent_bytes == kExtentBytesLarge ? next_++ % extents : rng_.below(extents);
      offset = extent * row_.extent_bytes;
    }
    return offsets_;
  }

  // Nanoseconds each become MiB/s.
  std::vector<Figure> as_rates(std::vector<Figure> figures) const {
    for (Figure& figure : figures) {
      if (figure.name == "cpu") continue;
      figure.value = static_cast<double>(row_.extent_bytes) / (1 << 20) * 1e9 / figure.value;
      figure.unit = "MiB/s";
    }
    return figures;
  }

  std::vector<Figure> measure_firn(FirnArrays& firn, size_t in_flight) {
    const auto prepare = [&](uint64_t count) {
      if (row_.writes) {
        firn.prepare_writes(next_offsets(count));
      } else {
        firn.prepare_reads(next_offsets(count));
      }
    };
    const auto run = [&] { row_.writes ? firn.run_writes(in_flight) : firn.run_reads(in_flight); };
    return as_rates(measure_slices(options_.seconds, prepare, run));
  }

  std::vector<Figure> measure_bare(size_t in_flight) {
    Buffer block(row_.extent_bytes);
    std::memset(block.data(), 1, block.size());
    const auto prepare = [&](uint64_t count) { next_offsets(count); };
    const auto run = [&] {
      if (row_.writes) {
        bare_->write(offsets_, block, in_flight);
      } else {
        bare_->read(offsets_, row_.extent_bytes, in_flight);
      }
    };
    return as_rates(measure_slices(options_.seconds, prepare, run));
  }

  const Options options_;
  const ArrayRow row_;
  const uint64_t data_bytes_;
  std::unique_ptr<FirnArrays> firn_;
  std::unique_ptr<FirnArrays> files_;  // the same through files, where firn_'s devices are memory
  std::unique_ptr<UringFile> bare_;
  std::vector<uint64_t> offsets_;
  uint64_t next_ = 0;
  Rng rng_{1};
};

Row array_row(ArrayRow row) {
  const bool large = row.extent_bytes == kExtentBytesLarge;
  return {
      fmt::format("array-{}-{}-{}", large ? "1m" : "4k", row.writes ? "write" : "read",
                  row.on_disk ? "disk" : "tmpfs"),
      fmt::format("extents of {}, {}, {}, beside a bare file", large ? "1 MiB in order" : "4 KiB at random",
                  row.writes ? "overwritten durably" : "read", row.on_disk ? "on disk" : "in memory"),
      ">= 85 % of bare io_uring", [row](const RowContext& context) -> std::unique_ptr<Scenario> {
        return std::make_unique<ArrayScenario>(context, row);
      }};
}

}  // namespace

std::vector<Row> array_rows() {
  std::vector<Row> rows;
  for (const size_t extent_bytes : {size_t{4096}, kExtentBytesLarge}) {
    for (const bool writes : {true, false}) {
      for (const bool on_disk : {true, false}) rows.push_back(array_row({extent_bytes, writes, on_disk}));
    }
  }
  return rows;
}

}  // namespace firn::bench

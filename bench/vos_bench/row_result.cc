#include "vos_bench/row_result.h"

#include <algorithm>

#include <fmt/format.h>

#include "vos_bench/measurement.h"

namespace firn::bench {

double Series::median() const { return bench::median(values); }
double Series::smallest() const { return *std::ranges::min_element(values); }
double Series::largest() const { return *std::ranges::max_element(values); }

namespace {

std::string number(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, value >= 100 ? 1 : 2);
}

std::string line(const std::string& name, const Series& series, const std::string& remark) {
  return fmt::format("  {:<42} {:<14} {:>10} {:<6} {:>10} .. {:<10} {}\n", name, series.name,
                     number(series.median()), series.unit, number(series.smallest()),
                     number(series.largest()), remark);
}

}  // namespace

std::string table_text(const RowResult& result) {
  std::string text = fmt::format("{}: {}\n", result.row, result.about);
  if (!result.bar.empty()) text += fmt::format("  bar: {}\n", result.bar);
  text += fmt::format("  {:<42} {:<14} {:>10} {:<6} {:>10} .. {:<10} {}\n", "variant", "figure", "median",
                      "unit", "min", "max", "config");
  for (const VariantResult& variant : result.variants) {
    for (const Series& series : variant.figures) text += line(variant.name, series, variant.config_hash);
  }
  for (const RatioResult& ratio : result.ratios) {
    text += line(ratio.name, ratio.series, ratio.bar.empty() ? "" : "bar " + ratio.bar);
  }
  return text;
}

std::string config_hash(const std::string& config) {
  uint32_t hash = 2166136261;
  for (const char c : config) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return fmt::format("{:08x}", hash);
}

}  // namespace firn::bench

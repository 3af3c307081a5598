// RowResult: what the repetitions of a row gave, and how it is told.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace firn::bench {

// One number for each repetition.
struct Series {
  std::string name;
  std::string unit;
  std::vector<double> values;
  double median() const;
  double smallest() const;
  double largest() const;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(Series, name, unit, values)
};

struct VariantResult {
  std::string name;
  std::string config;
  std::string config_hash;  // equal if and only if row and all settings are
  std::vector<Series> figures;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(VariantResult, name, config, config_hash, figures)
};

struct RatioResult {
  std::string name;
  std::string bar;
  Series series;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(RatioResult, name, bar, series)
};

struct RowResult {
  std::string row;
  std::string about;
  std::string bar;
  std::vector<VariantResult> variants;
  std::vector<RatioResult> ratios;
  NLOHMANN_DEFINE_TYPE_INTRUSIVE(RowResult, row, about, bar, variants, ratios)
};

std::string table_text(const RowResult& result);
// 8 hexadecimal digits (FNV-1a).
std::string config_hash(const std::string& config);

}  // namespace firn::bench

// Prometheus' text format; see text_families.h.
#include "engine/text_families.h"

#include <fmt/format.h>

namespace firn::engine {

namespace {

void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
}

double seconds(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace

void TextFamilies::begin(const TextFamily& family) {
  name_ = family.name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name, family.type);
}

void TextFamilies::add(const TextLabels& labels, uint64_t value) {
  sample("", labels, std::to_string(value));
}
void TextFamilies::add(const TextLabels& labels, double value) {
  sample("", labels, fmt::format("{}", value));
}

void TextFamilies::add_seconds(const TextLabels& labels, const Histogram& of_ns) {
  TextLabels with_bound = labels;
  with_bound.emplace_back("le", "");
  std::string& bound = with_bound.back().second;
  uint64_t below = 0;
  uint32_t bucket = 0;
  for (uint32_t bits = kLeastBits; bits <= kMostBits; bits++) {
    const uint64_t bound_ns = uint64_t{1} << bits;
    while (Histogram::floor_of(bucket) < bound_ns) below += of_ns.count_of(bucket++);
    bound = fmt::format("{}", seconds(bound_ns));
    sample("_bucket", with_bound, std::to_string(below));
  }
  bound = "+Inf";
  const std::string count = std::to_string(of_ns.count());
  sample("_bucket", with_bound, count);
  sample("_sum", labels, fmt::format("{}", seconds(of_ns.sum())));
  sample("_count", labels, count);
}

void TextFamilies::sample(std::string_view suffix, const TextLabels& labels, std::string_view value) {
  text_.append(name_).append(suffix);
  char separator = '{';
  for (const auto& [name, label] : labels) {
    text_ += separator;
    text_.append(name).append("=\"");
    append_escaped(text_, label);
    text_ += '"';
    separator = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_.append(" ").append(value).append("\n");
}

}  // namespace firn::engine

// TextFamilies: figures in Prometheus' text format (version 0.0.4): families of samples, each with a name, a
// type and a line of help.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/histogram.h"

namespace firn::engine {

struct TextFamily {
  const char* name;
  const char* type;  // counter, gauge, histogram
  const char* help;  // one line
};

// Name and value; in the order in which they are to stand.
using TextLabels = std::vector<std::pair<std::string_view, std::string>>;

class TextFamilies {
 public:
  // Samples that follow belong to this family; each family comes once.
  void begin(const TextFamily& family);
  void add(const TextLabels& labels, uint64_t value);
  void add(const TextLabels& labels, double value);
  // Of nanoseconds, as a histogram of seconds: buckets at powers of two from 2^kLeastBits ns on.
  void add_seconds(const TextLabels& labels, const Histogram& of_ns);
  std::string take() { return std::move(text_); }

 private:
  static constexpr uint32_t kLeastBits = 12;  // 4.1 us
  static constexpr uint32_t kMostBits = 35;   // 34 s

  void sample(std::string_view suffix, const TextLabels& labels, std::string_view value);

  std::string text_;
  std::string name_;
};

}  // namespace firn::engine

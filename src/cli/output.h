// What commands print: text for people, or one JSON document {"response", "error", "status"} for scripts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace firn::cli {

// "512 B", "1.5 MiB": three significant digits, binary units.
std::string human_bytes(uint64_t bytes);
// "1536", "64M", "1.5GiB", "2TB" (decimal for KB, MB …; binary for K, KiB, M, MiB …).
Result<uint64_t> parse_bytes(std::string_view text);
// "0.8 s", "2 min 5 s".
std::string human_duration(Duration duration);
// "2026-11-22 08:27", local time.
std::string human_time(int64_t seconds);
// "-rw-r--r--".
std::string human_mode(uint32_t mode);
// Names as they are if printable, else with \xNN, so that a terminal cannot be harmed.
std::string printable(std::string_view name);

// Rows under headings, columns as wide as needed.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// To standard error: what failed, why, what to do.
void print_error(const Error& error);

}  // namespace firn::cli

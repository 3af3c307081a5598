// Formatting for people; see output.h.
#include "cli/output.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include <fmt/format.h>
#include <sys/stat.h>

namespace firn::cli {

std::string human_bytes(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1023.5) {
    value /= 1024;
    unit++;
  }
  return value < 10 ? fmt::format("{:.2f} {}", value, kUnits[unit])
                    : fmt::format("{:.{}f} {}", value, value < 100 ? 1 : 0, kUnits[unit]);
}

Result<uint64_t> parse_bytes(std::string_view text) {
  auto bad = [&] {
    return fail(Code::invalid, "not a size")
        .on("size", text)
        .remedy("write it like 4096, 64M, 1.5GiB or 2TB");
  };
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !(value >= 0)) return bad();
  std::string unit(end, text.data() + text.size());
  unit.erase(std::remove(unit.begin(), unit.end(), ' '), unit.end());
  std::ranges::transform(unit, unit.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  if (unit.empty() || unit == "B") unit = "B";
  constexpr std::string_view kPrefixes = "KMGTPE";
  double scale = 1;
  if (unit != "B") {
    const size_t power = kPrefixes.find(unit[0]);
    if (power == std::string_view::npos) return bad();
    const std::string_view rest = std::string_view(unit).substr(1);
    if (!rest.empty() && rest != "IB" && rest != "B") return bad();
    scale = std::pow(rest == "B" ? 1000.0 : 1024.0, static_cast<double>(power + 1));
  }
  const double bytes = value * scale;
  if (bytes >= 9.2e18) return bad();
  return static_cast<uint64_t>(bytes);
}

std::string human_duration(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string human_time(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  localtime_r(&time, &parts);
  char text[32];
  (void)std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
  return text;
}

std::string human_mode(uint32_t mode) {
  std::string text = "?rwxrwxrwx";
  text[0] = S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : '-';
  for (int bit = 0; bit < 9; bit++) {
    if ((mode >> (8 - bit) & 1) == 0) text[static_cast<size_t>(bit) + 1] = '-';
  }
  if ((mode & S_ISUID) != 0) text[3] = text[3] == 'x' ? 's' : 'S';
  if ((mode & S_ISGID) != 0) text[6] = text[6] == 'x' ? 's' : 'S';
  if ((mode & S_ISVTX) != 0) text[9] = text[9] == 'x' ? 't' : 'T';
  return text;
}

std::string printable(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string Table::text() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); i++) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); i++) {
      text += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    text += '\n';
  }
  return text;
}

void print_error(const Error& error) {
  fmt::print(stderr, "firn: {}\n", error.message());
  if (!error.remedy().empty()) fmt::print(stderr, "  what to do: {}\n", error.remedy());
}

}  // namespace firn::cli

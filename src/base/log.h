// Log: where a room says what it handled. Records are one line, key=value fields; levels as usual. The real
// sink is runtime's (spdlog), the simulated one keeps the lines with virtual time. Nothing in hot loops.
#pragma once

#include <cstdint>
#include <string_view>

namespace firn {

enum class LogLevel : uint8_t { debug, info, warning, error };

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view line) = 0;

  void debug(std::string_view line) { write(LogLevel::debug, line); }
  void info(std::string_view line) { write(LogLevel::info, line); }
  void warning(std::string_view line) { write(LogLevel::warning, line); }
  void error(std::string_view line) { write(LogLevel::error, line); }
};

}  // namespace firn

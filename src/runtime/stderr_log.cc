// The log by spdlog; see stderr_log.h.
#include "runtime/stderr_log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace firn {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

struct StderrLog::Sink {
  spdlog::logger logger{"firn", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
};

StderrLog::StderrLog(LogLevel level) : sink_(std::make_unique<Sink>()) {
  sink_->logger.set_pattern("%Y-%m-%dT%H:%M:%S.%f%z %^%l%$ thread=%t %v");
  set_level(level);
}

StderrLog::~StderrLog() = default;

void StderrLog::set_level(LogLevel level) { sink_->logger.set_level(to_spdlog(level)); }

void StderrLog::write(LogLevel level, std::string_view line) {
  sink_->logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace firn

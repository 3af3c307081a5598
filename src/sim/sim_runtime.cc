// The log of the simulated runtime; see sim_runtime.h.
#include "sim/sim_runtime.h"

namespace firn::sim {

namespace {

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "?";
}

}  // namespace

void SimLog::write(LogLevel level, std::string_view line) {
  if (owner_.dead()) return;
  loop_.note(owner_, EventKind::log, level_name(level), hash_bytes(line));
  lines_.add(time_text(loop_.now()) + " " + node_name_ + "." + std::to_string(owner_.thread) + " " +
             level_name(level) + " " + std::string(line));
}

}  // namespace firn::sim

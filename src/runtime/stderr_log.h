// StderrLog: the real log: lines to standard error, with time, level and thread. write() from any thread.
#pragma once

#include <memory>
#include <string_view>

#include "base/log.h"

namespace firn {

class StderrLog final : public Log {
 public:
  explicit StderrLog(LogLevel level = LogLevel::info);
  ~StderrLog() override;
  // Lines below the level are dropped.
  void set_level(LogLevel level);
  void write(LogLevel level, std::string_view line) override;

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace firn

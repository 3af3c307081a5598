// Findings: what a check of a store (check.h) found wrong, each with its place, bounded in number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace firn::vos {

// One thing that is not as it should be.
struct Finding {
  bool damage = true;  // false: worth knowing; nothing stored is lost and the store opens
  std::string what;    // one sentence without final stop
  // Where, from the device down to the extent: "device", "block", "page", "pg", "container", "object",
  // "dkey", "akey", "start", "epoch" …; keys are printable (\xNN). Each name at most once.
  std::vector<std::pair<std::string, std::string>> where = {};

  Finding on(std::string_view name, std::string value) && {
    where.emplace_back(name, std::move(value));
    return std::move(*this);
  }
  Finding on(std::string_view name, uint64_t value) && {
    return std::move(*this).on(name, std::to_string(value));
  }
  // "what (device=main, page=7, …)".
  std::string text() const;
};

class Findings {
 public:
  explicit Findings(size_t kept_max) : kept_max_(kept_max) {}

  void add(Finding finding);
  // What a reading function says, causes included.
  void add(const Error& error) { add({.what = error.message()}); }

  const std::vector<Finding>& kept() const { return kept_; }
  uint64_t damage_count() const { return damage_count_; }
  uint64_t left_out() const { return left_out_; }

 private:
  const size_t kept_max_;
  std::vector<Finding> kept_;
  uint64_t damage_count_ = 0;
  uint64_t left_out_ = 0;
};

}  // namespace firn::vos

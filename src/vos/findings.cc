// What a check found; see findings.h.
#include "vos/findings.h"

namespace firn::vos {

std::string Finding::text() const {
  std::string out = what;
  std::string_view separator = " (";
  for (const auto& [name, value] : where) {
    out.append(separator).append(name).append("=").append(value);
    separator = ", ";
  }
  if (!where.empty()) out += ')';
  return out;
}

void Findings::add(Finding finding) {
  damage_count_ += finding.damage ? 1 : 0;
  if (kept_.size() < kept_max_) {
    kept_.push_back(std::move(finding));
  } else {
    left_out_++;
  }
}

}  // namespace firn::vos

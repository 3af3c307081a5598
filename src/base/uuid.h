// 128-bit UUIDs (RFC 4122 text form; version 4 when made from random numbers).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn {

class Rng;

struct Uuid {
  std::array<uint8_t, 16> bytes{};

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  bool is_nil() const { return *this == Uuid{}; }
  // "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", lower case.
  std::string text() const;

  static Uuid random(Rng& rng);
  // Accepts exactly the text form, upper or lower case; nothing else.
  static std::optional<Uuid> parse(std::string_view text);
};

}  // namespace firn

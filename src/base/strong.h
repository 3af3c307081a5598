// Strong integer types for ids and quantities, so that two of them cannot be mixed up.
//
//   using PgIndex = Strong<struct PgIndexTag, uint32_t>;
//   PgIndex pg{7};  pg.value == 7
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace firn {

template <class Tag, class Rep>
struct Strong {
  using Representation = Rep;
  Rep value{};

  constexpr Strong() = default;
  constexpr explicit Strong(Rep v) : value(v) {}
  friend constexpr auto operator<=>(Strong, Strong) = default;
};

}  // namespace firn

template <class Tag, class Rep>
struct std::hash<firn::Strong<Tag, Rep>> {
  size_t operator()(firn::Strong<Tag, Rep> v) const noexcept { return std::hash<Rep>{}(v.value); }
};

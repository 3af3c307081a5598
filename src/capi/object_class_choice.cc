// How an object's class follows from a container's redundancy and a program's hints: compat facts, automatic
// class selection. Pure functions.
#include "capi/object_class_choice.h"

#include <algorithm>
#include <span>

#include <daos_errno.h>

namespace firn::capi {
namespace {

// A protection: how many members a group has, and how many of them may be lost.
struct Protection {
  uint32_t ordinal;
  uint32_t group_size;
  uint32_t tolerated;
};

constexpr Protection kProtections[] = {
    {OR_RP_1, 1, 0},    {OR_RP_2, 2, 1},    {OR_RP_3, 3, 2},     {OR_RP_4, 4, 3},       {OR_RP_5, 5, 4},
    {OR_RP_6, 6, 5},    {OR_RP_8, 8, 7},    {OR_RP_12, 12, 11},  {OR_RP_16, 16, 15},    {OR_RP_24, 24, 23},
    {OR_RP_32, 32, 31}, {OR_RP_48, 48, 47}, {OR_RP_64, 64, 63},  {OR_RP_128, 128, 127}, {OR_RS_2P1, 3, 1},
    {OR_RS_2P2, 4, 2},  {OR_RS_4P1, 5, 1},  {OR_RS_4P2, 6, 2},   {OR_RS_4P3, 7, 3},     {OR_RS_8P1, 9, 1},
    {OR_RS_8P2, 10, 2}, {OR_RS_8P3, 11, 3}, {OR_RS_16P1, 17, 1}, {OR_RS_16P2, 18, 2},   {OR_RS_16P3, 19, 3},
};

constexpr uint32_t kUndecided = MAX_NUM_GROUPS;  // "X": as many groups as there is room for

const Protection* find_protection(uint32_t ordinal) {
  for (const Protection& protection : kProtections) {
    if (protection.ordinal == ordinal) return &protection;
  }
  return nullptr;
}

// An erasure code, and from how many fault domains on it is taken.
struct Step {
  uint32_t domains_min;
  uint32_t ordinal;
};

// The widest code that leaves a domain to rebuild on, by the number of parity cells; widest first.
constexpr Step kOneParity[] = {{18, OR_RS_16P1}, {10, OR_RS_8P1}, {6, OR_RS_4P1}, {0, OR_RS_2P1}};
constexpr Step kTwoParities[] = {{20, OR_RS_16P2}, {12, OR_RS_8P2}, {8, OR_RS_4P2}, {0, OR_RS_2P2}};
constexpr Step kThreeParities[] = {{22, OR_RS_16P3}, {14, OR_RS_8P3}, {0, OR_RS_4P3}};

struct CodeRule {
  std::span<const Step> steps;
  uint32_t domains_min;  // with fewer it is copies
};
constexpr CodeRule kCodes[] = {{kOneParity, 0}, {kOneParity, 3}, {kTwoParities, 4}, {kThreeParities, 10}};
constexpr uint32_t kCopies[] = {OR_RP_1, OR_RP_2, OR_RP_3, OR_RP_4, OR_RP_5};

uint32_t widest_code(std::span<const Step> steps, uint32_t domains) {
  return std::ranges::find_if(steps, [&](const Step& step) { return domains >= step.domains_min; })->ordinal;
}

bool wants_code(const ClassWish& wish) {
  if ((wish.hints & DAOS_OCH_RDD_EC) != 0) return true;
  const bool says_nothing = (wish.hints & DAOS_OCH_RDD_MASK) == 0;
  return wish.redundancy_factor > 0 && says_nothing && daos_is_array_type(wish.type);
}

uint32_t automatic_ordinal(const ClassWish& wish) {
  const uint32_t factor = std::min<uint32_t>(wish.redundancy_factor, std::size(kCopies) - 1);
  if (factor < std::size(kCodes) && wants_code(wish) && wish.domains >= kCodes[factor].domains_min)
    return widest_code(kCodes[factor].steps, wish.domains);
  const bool wants_copy = factor == 0 && (wish.hints & DAOS_OCH_RDD_RP) != 0 && wish.domains >= 2;
  return wants_copy ? OR_RP_2 : kCopies[factor];
}

uint32_t share(uint32_t targets, uint32_t percent) {
  return static_cast<uint32_t>(uint64_t{targets} * percent / 100);
}

// The number of groups the hints ask for; kUndecided: as many as there is room for.
uint32_t automatic_groups(const ClassWish& wish) {
  if ((wish.hints & DAOS_OCH_SHD_MAX) != 0) return kUndecided;
  if ((wish.hints & DAOS_OCH_SHD_TINY) != 0) return 1;
  if ((wish.hints & DAOS_OCH_SHD_REG) != 0) return std::max(128u, share(wish.targets, 25));
  if ((wish.hints & DAOS_OCH_SHD_HI) != 0) return std::max(256u, share(wish.targets, 50));
  if ((wish.hints & DAOS_OCH_SHD_EXT) != 0) return std::max(1024u, share(wish.targets, 70));
  return daos_is_array_type(wish.type) || daos_is_kv_type(wish.type) ? kUndecided : 1;
}

// The largest number of groups. With redundancy as many domains as may fail are left free, so that groups
// find a new place when it happens.
uint32_t groups_max(const ClassWish& wish, const Protection& protection) {
  const uint32_t per_domain = wish.targets / std::max(wish.domains, 1u);
  const uint32_t spare =
      std::min(wish.redundancy_factor, wish.domains - std::min(wish.domains, protection.group_size));
  const uint32_t usable = wish.targets - std::min(wish.targets, spare * per_domain);
  return std::clamp(usable / protection.group_size, 1u, MAX_NUM_GROUPS - 1u);
}

// The automatic classes by their older names: a protection and a spread.
struct Shorthand {
  daos_oclass_id_t first;  // TINY; then come SMALL, LARGE, MAX
  daos_oclass_hints_t redundancy;
  uint32_t redundancy_factor_min;
};
constexpr Shorthand kShorthands[] = {{OC_TINY, DAOS_OCH_RDD_NO, 0},
                                     {OC_RP_TINY, DAOS_OCH_RDD_RP, 1},
                                     {OC_RP_SF_TINY, DAOS_OCH_RDD_RP, 2},
                                     {OC_EC_TINY, DAOS_OCH_RDD_EC, 1}};
constexpr daos_oclass_hints_t kSpreads[] = {DAOS_OCH_SHD_TINY, DAOS_OCH_SHD_REG, DAOS_OCH_SHD_HI,
                                            DAOS_OCH_SHD_MAX};

// The wish that such a name stands for. False: it is no such name.
bool resolve_shorthand(ClassWish& wish) {
  for (const Shorthand& shorthand : kShorthands) {
    const uint32_t spread = wish.wanted - shorthand.first;
    if (wish.wanted < shorthand.first || spread >= std::size(kSpreads)) continue;
    wish.wanted = OC_UNKNOWN;
    wish.hints = shorthand.redundancy | kSpreads[spread];
    wish.redundancy_factor = std::max(wish.redundancy_factor, shorthand.redundancy_factor_min);
    return true;
  }
  return false;
}

// A copy in every fault domain, as far as there is a class for it.
uint32_t widest_copies(uint32_t domains) {
  uint32_t ordinal = OR_RP_1;
  for (const Protection& protection : kProtections) {
    const bool copies = protection.tolerated + 1 == protection.group_size;
    if (copies && protection.group_size <= domains) ordinal = protection.ordinal;
  }
  return ordinal;
}

}  // namespace

int choose_object_class(const ClassWish& given, daos_oclass_id_t& chosen) {
  ClassWish wish = given;
  uint32_t ordinal = wish.wanted >> OC_REDUN_SHIFT;
  uint32_t groups = wish.wanted & MAX_NUM_GROUPS;
  if (wish.wanted == OC_RP_XSF) {
    ordinal = widest_copies(wish.domains);
    groups = 1;
  } else if (wish.wanted == OC_UNKNOWN || resolve_shorthand(wish)) {
    ordinal = automatic_ordinal(wish);
    groups = automatic_groups(wish);
  }
  const Protection* const protection = find_protection(ordinal);
  if (protection == nullptr || groups == 0 || (given.wanted & 0xff0000) != 0) return -DER_INVAL;
  if (protection->tolerated < given.redundancy_factor || protection->group_size > wish.domains)
    return -DER_INVAL;
  chosen = ordinal << OC_REDUN_SHIFT | std::min(groups, groups_max(wish, *protection));
  return 0;
}

uint32_t group_size_of(daos_oclass_id_t id) {
  const Protection* const protection = find_protection(id >> OC_REDUN_SHIFT);
  return protection == nullptr ? 0 : protection->group_size;
}

void set_object_class(daos_obj_id_t& id, daos_otype_t type, daos_oclass_id_t object_class) {
  id.hi &= (1ULL << OID_FMT_INTR_BITS) - 1;
  id.hi |= static_cast<uint64_t>(type) << OID_FMT_TYPE_SHIFT;
  id.hi |= static_cast<uint64_t>(object_class >> OC_REDUN_SHIFT) << OID_FMT_CLASS_SHIFT;
  id.hi |= static_cast<uint64_t>(object_class & MAX_NUM_GROUPS) << OID_FMT_META_SHIFT;
}

}  // namespace firn::capi

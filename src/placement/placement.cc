// Placement; see placement.h. The hashes are part of the format: an object is looked for where they say, for
// ever.
#include "placement/placement.h"

#include <bit>
#include <numeric>

#include "base/assert.h"
#include "base/endian.h"
#include "model/io.h"
#include "model/object_id.h"

namespace firn::placement {

namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014; constants by Stafford): every input bit reaches every
// output bit.
constexpr uint64_t mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ x >> 31;
}

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: keeps zeros from hashing to zero

uint64_t hash(ObjectId object) { return mix(mix(object.hi + kGolden) ^ object.lo); }

// In words of 8 bytes, little endian; the last one is filled up with zeros. The length comes first, so that
// the zeros do not make two keys equal.
uint64_t hash(std::string_view bytes) {
  uint64_t state = mix(bytes.size() + kGolden);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    state = mix((state ^ load_little<uint64_t>(bytes.data())) + kGolden);
  }
  if (bytes.empty()) return state;
  char last[8] = {};
  bytes.copy(last, sizeof last);
  return mix((state ^ load_little<uint64_t>(last)) + kGolden);
}

// How far behind its primary, in targets, a placement group's member `member` lies, in round `round` of
// target_count placement groups. A full round gives each target each part once, whatever the offset; it
// changes from round to round, so that the share of a target that is lost falls to all others and not to its
// neighbour.
uint32_t offset_in_full_round(uint32_t member, uint32_t round, uint32_t target_count) {
  if (member == 0) return 0;
  return 1 + (round + member - 1) % (target_count - 1);
}

// The last round may have only `pgs` placement groups: each member's run of that many targets begins where
// the run of the member before ended, so that no target is in two more than another. When the runs meet their
// beginning again they go on one target further, else members would coincide.
uint32_t offset_in_last_round(uint32_t member, uint32_t pgs, uint32_t target_count) {
  const uint32_t runs_per_lap = target_count / std::gcd(pgs, target_count);
  return static_cast<uint32_t>((uint64_t{member} * pgs + member / runs_per_lap) % target_count);
}

}  // namespace

PgIndex pg_of(ObjectId object, uint32_t group, uint32_t pg_count) {
  FIRN_ASSERT(std::has_single_bit(pg_count));
  FIRN_ASSERT(group < group_count(object));
  return PgIndex{static_cast<uint32_t>((hash(object) + group) & (pg_count - 1))};
}

uint32_t group_of(ObjectId object, std::string_view dkey) {
  const uint32_t groups = group_count(object);
  if (groups == 1) return 0;
  if (!is_array(object_type(object)) || dkey.size() != 8) return static_cast<uint32_t>(hash(dkey) % groups);
  const uint64_t number = uint64_from_key(dkey);
  // Number 0 holds an array's own description, beside the first chunk.
  return number == 0 ? 0 : static_cast<uint32_t>((number - 1) % groups);
}

std::vector<TargetIndex> initial_members(uint32_t pg_count, uint32_t target_count, uint32_t members_per_pg) {
  FIRN_ASSERT(std::has_single_bit(pg_count));
  FIRN_ASSERT(members_per_pg >= 1);
  FIRN_ASSERT(members_per_pg <= target_count);
  const uint32_t full_rounds = pg_count / target_count;
  const uint32_t last_round_pgs = pg_count % target_count;
  std::vector<TargetIndex> members;
  members.reserve(size_t{pg_count} * members_per_pg);
  for (uint32_t pg = 0; pg < pg_count; pg++) {
    const uint32_t round = pg / target_count;
    for (uint32_t member = 0; member < members_per_pg; member++) {
      const uint32_t offset = round < full_rounds
                                  ? offset_in_full_round(member, round, target_count)
                                  : offset_in_last_round(member, last_round_pgs, target_count);
      members.push_back(TargetIndex{(pg % target_count + offset) % target_count});
    }
  }
  return members;
}

}  // namespace firn::placement

// Read timestamps against a list of all reads: exact while nothing is forgotten, never too lenient.
#include "vos/read_timestamps.h"

#include <map>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn::vos {
namespace {

struct Mark {
  Reach read;
  Epoch epoch;
  TransactionId by;
};

bool within(const Reach& inner, const Reach& outer) {
  return inner.level >= outer.level && prefix_of(inner).starts_with(prefix_of(outer));
}

bool conflicts(const std::vector<Mark>& marks, const Reach& write, Epoch epoch, TransactionId by) {
  for (const Mark& mark : marks) {
    if (mark.epoch < epoch || mark.by == by) continue;
    if (within(mark.read, write) || within(write, mark.read)) return true;
  }
  return false;
}

class Play {
 public:
  explicit Play(uint64_t seed) : rng_(seed) {}

  Reach reach() {
    static const Key kKeys[] = {"a", std::string("a\0", 2), "b"};
    Reach reach;
    reach.level = static_cast<ReachLevel>(rng_.below(4));
    reach.object.object.lo = rng_.below(2);
    reach.dkey = kKeys[rng_.below(3)];
    reach.akey = kKeys[rng_.below(3)];
    return reach;
  }
  // Each transaction has one epoch; some share theirs.
  Mark mark() {
    Mark mark{reach(), {}, {}};
    mark.by.uuid.bytes[0] = static_cast<uint8_t>(rng_.below(20));
    mark.epoch = Epoch{100 + uint64_t{mark.by.uuid.bytes[0]} * 7 % 15};
    return mark;
  }

 private:
  Rng rng_;
};

void compare(size_t entries_max, bool exact) {
  for (uint64_t seed = 0; seed < 200; seed++) {
    Play play(seed);
    ReadTimestamps timestamps(entries_max);
    std::vector<Mark> marks;
    size_t refused = 0;
    for (int i = 0; i < 60; i++) {
      const Mark read = play.mark();
      timestamps.mark(read.read, read.epoch, read.by);
      marks.push_back(read);
      const Mark write = play.mark();
      const bool expected = conflicts(marks, write.read, write.epoch, write.by);
      const auto found = timestamps.conflict(write.read, write.epoch, write.by);
      if (expected || exact) ASSERT_EQ(found.has_value(), expected) << "seed " << seed << " step " << i;
      if (found) EXPECT_GE(*found, write.epoch);
      refused += found.has_value() ? 1 : 0;
    }
    EXPECT_GT(refused, 5u);
    EXPECT_LE(timestamps.entry_count(), entries_max);
  }
}

TEST(ReadTimestamps, are_exact_while_nothing_is_forgotten) { compare(1000, true); }

TEST(ReadTimestamps, are_never_too_lenient_when_some_are_forgotten) {
  compare(1, false);
  compare(5, false);
  compare(12, false);
}

TEST(ReadTimestamps, the_low_water_mark_stops_everybody) {
  ReadTimestamps timestamps;
  timestamps.raise_low_water(Epoch{10});
  EXPECT_EQ(timestamps.conflict({}, Epoch{10}, {}), Epoch{10});
  EXPECT_FALSE(timestamps.conflict({}, Epoch{11}, {}).has_value());
}

}  // namespace
}  // namespace firn::vos

// The text format, by examples.
#include "engine/text_families.h"

#include <gtest/gtest.h>

namespace firn::engine {
namespace {

TEST(TextFamilies, samples_follow_their_family) {
  TextFamilies text;
  text.begin({"a_total", "counter", "All of a."});
  text.add({}, uint64_t{7});
  text.add({{"target", "0"}, {"pool", "a\"b\\c\nd"}}, 0.5);
  EXPECT_EQ(text.take(),
            "# HELP a_total All of a.\n"
            "# TYPE a_total counter\n"
            "a_total 7\n"
            "a_total{target=\"0\",pool=\"a\\\"b\\\\c\\nd\"} 0.5\n");
}

TEST(TextFamilies, buckets_of_a_histogram_are_cumulative_and_exact) {
  Histogram ns;
  ns.record(4095);
  ns.record(4096);
  ns.record(1'000'000'000);
  ns.record(uint64_t{1} << 40);
  TextFamilies text;
  text.begin({"d_seconds", "histogram", "D."});
  text.add_seconds({{"op", "x"}}, ns);
  const std::string all = text.take();
  EXPECT_NE(all.find("d_seconds_bucket{op=\"x\",le=\"4.096e-06\"} 1\n"), std::string::npos) << all;
  EXPECT_NE(all.find("d_seconds_bucket{op=\"x\",le=\"8.192e-06\"} 2\n"), std::string::npos) << all;
  EXPECT_NE(all.find("le=\"0.536870912\"} 2\n"), std::string::npos) << all;
  EXPECT_NE(all.find("le=\"1.073741824\"} 3\n"), std::string::npos) << all;
  EXPECT_NE(all.find("le=\"34.359738368\"} 3\n"), std::string::npos) << all;
  EXPECT_NE(all.find("le=\"+Inf\"} 4\n"), std::string::npos) << all;
  EXPECT_NE(all.find("d_seconds_count{op=\"x\"} 4\n"), std::string::npos) << all;
}

}  // namespace
}  // namespace firn::engine

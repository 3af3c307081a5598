// The figures of this very process.
#include "runtime/process_info.h"

#include <fstream>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(ProcessInfo, tells_of_this_process) {
  const auto info = process_info();
  ASSERT_TRUE(info.has_value());
  EXPECT_GT(info->start_seconds, 1.5e9);
  EXPECT_GT(info->resident_bytes, 100'000u);
  EXPECT_GE(info->virtual_bytes, info->resident_bytes);
  EXPECT_GE(info->threads, 1u);
  EXPECT_GT(info->max_descriptors, info->open_descriptors);
  const std::ifstream one_more("/proc/self/stat");
  EXPECT_EQ(process_info()->open_descriptors, info->open_descriptors + 1);
}

}  // namespace
}  // namespace firn

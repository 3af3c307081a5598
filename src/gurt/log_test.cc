// Tests of the log, its filter, and asserts.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gurt/common.h>

#include "gurt/log_filter.h"

namespace firn::gurt {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LogFilter, priority_is_found_by_name) {
  EXPECT_EQ(priority_of("WARN", DLOG_ERR), DLOG_WARN);
  EXPECT_EQ(priority_of("debug", DLOG_ERR), 0);
  EXPECT_EQ(priority_of("ERR,DFS=DEBUG", DLOG_INFO), DLOG_ERR);
  EXPECT_EQ(priority_of("DFS=DEBUG", DLOG_ERR), DLOG_ERR);
  EXPECT_EQ(priority_of("", DLOG_ERR), DLOG_ERR);
  EXPECT_EQ(priority_of("loud", DLOG_ERR), DLOG_ERR);
}

TEST(LogFilter, kinds_are_a_list) {
  EXPECT_EQ(debug_kinds_of("io,MEM"), DB_IO | DB_MEM);
  EXPECT_EQ(debug_kinds_of("all"), static_cast<int>(DB_ALL));
  EXPECT_EQ(debug_kinds_of(""), static_cast<int>(DB_ALL));
  EXPECT_EQ(debug_kinds_of("unknown,io,"), static_cast<int>(DB_IO));
}

TEST(LogFilter, lines_below_the_priority_are_not_wanted) {
  EXPECT_TRUE(is_wanted(DLOG_ERR, DLOG_ERR, DB_ALL));
  EXPECT_FALSE(is_wanted(DLOG_WARN, DLOG_ERR, DB_ALL));
  EXPECT_FALSE(is_wanted(DB_IO, DLOG_INFO, DB_ALL));
  EXPECT_TRUE(is_wanted(DB_IO, 0, DB_IO | DB_MEM));
  EXPECT_FALSE(is_wanted(DB_NET, 0, DB_IO | DB_MEM));
  EXPECT_TRUE(is_wanted(DLOG_DBG, 0, DB_IO));
}

class LogFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "gurt_log_test." + std::to_string(getpid());
    d_setenv("D_LOG_FILE", path_.c_str(), 1);
  }
  void TearDown() override {
    for (const char* name : {"D_LOG_FILE", "D_LOG_MASK", "DD_MASK", "DD_STDERR"}) d_unsetenv(name);
    std::remove(path_.c_str());
  }
  std::string text() const {
    std::ostringstream content;
    content << std::ifstream(path_).rdbuf();
    return content.str();
  }
  std::string path_;
};

TEST_F(LogFile, holds_what_is_at_or_above_the_mask) {
  d_setenv("D_LOG_MASK", "WARN", 1);
  D_ERROR("before the beginning\n");
  ASSERT_EQ(d_log_init(), 0);
  D_WARN("seen %d\n", 1);
  D_INFO("unseen\n");
  DL_ERROR(-DER_NONEXIST, "no pool '%s'", "tank");
  d_log_sync_mask_ex("DEBUG", "io");
  D_DEBUG(DB_IO, "io line without newline");
  D_DEBUG(DB_MEM, "mem line\n");
  d_log_fini();
  D_ERROR("after the end\n");
  EXPECT_THAT(text(), HasSubstr("WARN misc"));
  EXPECT_THAT(text(), HasSubstr("seen 1\n"));
  EXPECT_THAT(text(), HasSubstr("no pool 'tank': DER_NONEXIST(-1005): 'It does not exist'\n"));
  EXPECT_THAT(text(), HasSubstr("io line without newline\n"));
  for (const char* absent : {"unseen", "mem line", "before", "after"})
    EXPECT_THAT(text(), Not(HasSubstr(absent)));
}

TEST_F(LogFile, stays_open_for_all_who_began) {
  ASSERT_EQ(d_log_init(), 0);
  ASSERT_EQ(d_log_init(), 0);
  d_log_fini();
  D_ERROR("still here\n");
  d_log_fini();
  EXPECT_THAT(text(), HasSubstr("still here"));
}

TEST_F(LogFile, cuts_lines_that_are_too_long) {
  ASSERT_EQ(d_log_init(), 0);
  D_ERROR("%s", std::string(10'000, 'x').c_str());
  D_ERROR("next\n");
  d_log_fini();
  EXPECT_THAT(text(), HasSubstr("xx\n2"));
  EXPECT_LT(text().size(), 5000u);
}

TEST_F(LogFile, repeats_on_standard_error_what_is_asked_for) {
  d_setenv("DD_STDERR", "CRIT", 1);
  ASSERT_EQ(d_log_init(), 0);
  testing::internal::CaptureStderr();
  D_ERROR("quiet\n");
  D_CRIT("loud\n");
  const std::string shown = testing::internal::GetCapturedStderr();
  d_log_fini();
  EXPECT_THAT(shown, HasSubstr("loud\n"));
  EXPECT_THAT(shown, Not(HasSubstr("quiet")));
}

TEST(LogDeath, failed_assert_says_what_and_ends_the_program) {
  EXPECT_DEATH(D_ASSERT(1 + 1 == 3), "assert '1 \\+ 1 == 3' failed");
  EXPECT_DEATH(D_ASSERTF(false, "number %d\n", 5), "assert 'false' failed");
}

TEST(Faults, none_is_injected) { EXPECT_FALSE(D_SHOULD_FAIL(d_fault_attr_mem)); }

}  // namespace
}  // namespace firn::gurt

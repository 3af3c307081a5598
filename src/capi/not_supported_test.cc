// What functions that are not there answer, and that they say so once.
#include "capi/not_supported.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <gurt/common.h>

namespace firn::capi {
namespace {

TEST(NotSupported, answer_follows_the_convention_of_the_library) {
  EXPECT_EQ(not_supported_answer("daos_obj_verify"), -DER_NOTSUPPORTED);
  EXPECT_EQ(not_supported_answer("tse_task_create"), -DER_NOTSUPPORTED);
  EXPECT_EQ(not_supported_answer("dfs_sys_open"), ENOTSUP);
  EXPECT_EQ(not_supported_answer("duns_link_cont"), ENOTSUP);
  EXPECT_EQ(not_supported_answer("ds3_init"), -ENOTSUP);
}

TEST(NotSupported, name_is_logged_once) {
  const std::filesystem::path file = testing::TempDir() + "firn_not_supported.log";
  std::filesystem::remove(file);
  setenv("D_LOG_FILE", file.c_str(), 1);
  ASSERT_EQ(d_log_init(), 0);
  std::atomic<bool> logged = false;
  log_not_supported("daos_obj_verify", logged);
  log_not_supported("daos_obj_verify", logged);
  d_log_fini();
  std::ifstream stream(file);
  int lines = 0;
  for (std::string line; std::getline(stream, line);) {
    lines += line.find("daos_obj_verify: not supported") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(lines, 1);
}

}  // namespace
}  // namespace firn::capi

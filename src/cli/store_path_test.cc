// How users may write paths.
#include "cli/store_path.h"

#include <gtest/gtest.h>

namespace firn::cli {
namespace {

TEST(StorePath, names_pool_container_and_path) {
  auto path = parse_store_path("daos://tank/home/a/b.txt");
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->pool, "tank");
  EXPECT_EQ(path->container, "home");
  EXPECT_EQ(path->path, "/a/b.txt");
  EXPECT_EQ(path->name(), "b.txt");
  EXPECT_EQ(path->parent(), "/a");
}

TEST(StorePath, is_normalised) {
  EXPECT_EQ(parse_store_path("tank/home//a/./b/../c/")->path, "/a/c");
  EXPECT_EQ(parse_store_path("daos://tank/home/../../x")->path, "/x");
  EXPECT_EQ(parse_store_path("daos://tank/home")->path, "/");
  EXPECT_EQ(parse_store_path("daos://tank/home/")->name(), "");
  EXPECT_EQ(parse_store_path("daos://tank/home/a")->parent(), "/");
}

TEST(StorePath, without_pool_or_container_is_explained) {
  for (const char* bad : {"", "daos://", "daos://tank", "/tank/"}) {
    auto path = parse_store_path(bad);
    ASSERT_FALSE(path.has_value()) << bad;
    EXPECT_EQ(path.error().code(), Code::invalid);
    EXPECT_NE(path.error().remedy().find("daos://"), std::string::npos);
  }
}

TEST(StorePath, join_adds_one_slash) {
  EXPECT_EQ(join_path("/", "a"), "/a");
  EXPECT_EQ(join_path("/a", "b"), "/a/b");
}

}  // namespace
}  // namespace firn::cli

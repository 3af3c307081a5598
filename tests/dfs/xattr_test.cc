// Extended attributes.
#include <algorithm>

#include <gtest/gtest.h>

#include "cluster.h"

namespace firn::dfs {
namespace {

using Mode = FileSystem::XattrMode;

class Xattr : public testing::Test {
 protected:
  std::vector<std::string> list(const Node& node) {
    auto names = user.ok(user->list_xattrs(node));
    std::ranges::sort(names);
    return names;
  }

  Cluster cluster;
  User& user = cluster.add_user();
  Node root = user.root();
  Node file = user.create(root, "file");
};

TEST_F(Xattr, are_kept) {
  EXPECT_TRUE(list(file).empty());
  user.ok(user->set_xattr(file, "user.colour", "blue", Mode::set));
  user.ok(user->set_xattr(file, "user.colour", "green", Mode::set));
  user.ok(user->set_xattr(file, "user.size", "large", Mode::set));
  EXPECT_EQ(user.ok(user->get_xattr(file, "user.colour")), "green");
  EXPECT_EQ(list(file), (std::vector<std::string>{"user.colour", "user.size"}));
  ASSERT_TRUE(user.mount());
  EXPECT_EQ(user.ok(user->get_xattr(file, "user.size")), "large");
}

TEST_F(Xattr, create_and_replace) {
  EXPECT_EQ(user.code(user->set_xattr(file, "a", "1", Mode::replace)), Code::no_data);
  user.ok(user->set_xattr(file, "a", "2", Mode::create));
  EXPECT_EQ(user.code(user->set_xattr(file, "a", "3", Mode::create)), Code::exists);
  EXPECT_EQ(user.ok(user->get_xattr(file, "a")), "2");
  user.ok(user->set_xattr(file, "a", "4", Mode::replace));
  EXPECT_EQ(user.ok(user->get_xattr(file, "a")), "4");
}

TEST_F(Xattr, removal) {
  EXPECT_EQ(user.code(user->remove_xattr(file, "a")), Code::no_data);
  user.ok(user->set_xattr(file, "a", "1", Mode::set));
  user.ok(user->remove_xattr(file, "a"));
  EXPECT_EQ(user.code(user->get_xattr(file, "a")), Code::no_data);
  EXPECT_EQ(user.code(user->remove_xattr(file, "a")), Code::no_data);
  EXPECT_TRUE(list(file).empty());
  user.ok(user->set_xattr(file, "a", "2", Mode::create));
  EXPECT_EQ(user.ok(user->stat(file)).mode, 0100644u);
}

TEST_F(Xattr, values_of_any_length_and_bytes) {
  for (const size_t bytes : {0, 1, 4095, 4096, 4097, 65536}) {
    std::string value(bytes, '\0');
    for (size_t i = 0; i < bytes; i++) value[i] = static_cast<char>(i * 7);
    user.ok(user->set_xattr(file, "value", value, Mode::set));
    EXPECT_EQ(user.ok(user->get_xattr(file, "value")), value) << bytes;
  }
  EXPECT_EQ(user.code(user->set_xattr(file, "value", std::string(65537, 'x'), Mode::set)), Code::too_big);
}

TEST_F(Xattr, names) {
  const std::vector<std::string> names{"\n", "user.x:y", std::string(255, 'n'), "äö"};
  for (const std::string& name : names) user.ok(user->set_xattr(file, name, name, Mode::create));
  for (const std::string& name : names) EXPECT_EQ(user.ok(user->get_xattr(file, name)), name);
  EXPECT_EQ(list(file).size(), names.size());
  EXPECT_EQ(user.code(user->set_xattr(file, "", "x", Mode::set)), Code::invalid);
  EXPECT_EQ(user.code(user->set_xattr(file, std::string(256, 'n'), "x", Mode::set)), Code::name_too_long);
}

TEST_F(Xattr, on_everything) {
  const Node directory = user.make_directory(root, "directory");
  const Node link = user.ok(user->make_symlink(root, "link", "file", {}));
  for (const Node& node : {root, directory, link}) {
    user.ok(user->set_xattr(node, "a", node.name, Mode::create));
    EXPECT_EQ(user.ok(user->get_xattr(node, "a")), node.name);
    EXPECT_EQ(list(node), std::vector<std::string>{"a"});
  }
  EXPECT_EQ(user.names(directory), std::vector<std::string>{});
  EXPECT_EQ(user.code(user->get_xattr(file, "a")), Code::no_data);
}

TEST_F(Xattr, are_gone_with_the_entry) {
  user.ok(user->set_xattr(file, "a", "1", Mode::set));
  user.ok(user->unlink(root, "file"));
  EXPECT_EQ(user.code(user->get_xattr(file, "a")), Code::not_found);
  EXPECT_EQ(user.code(user->list_xattrs(file)), Code::not_found);
  EXPECT_EQ(user.code(user->set_xattr(file, "a", "1", Mode::set)), Code::not_found);
  EXPECT_EQ(user.code(user->set_xattr(file, "a", "1", Mode::create)), Code::not_found);
  EXPECT_EQ(user.code(user->set_xattr(file, "a", "1", Mode::replace)), Code::not_found);
  EXPECT_EQ(user.code(user->remove_xattr(file, "a")), Code::not_found);
  const Node again = user.create(root, "file");
  EXPECT_TRUE(list(again).empty());
}

TEST_F(Xattr, setting_changes_ctime_only) {
  const Stat before = user.ok(user->stat(file));
  cluster.world().run_for(1s);
  user.ok(user->set_xattr(file, "a", "1", Mode::set));
  const Stat after = user.ok(user->stat(file));
  EXPECT_EQ(after.mtime, before.mtime);
  EXPECT_GT(after.ctime, before.ctime);
}

TEST_F(Xattr, one_of_two_creators_wins) {
  User& other = cluster.add_user();
  for (int round = 0; round < 20; round++) {
    const std::string name = std::to_string(round);
    auto mine = user.begin(user->set_xattr(file, name, "mine", Mode::create));
    auto theirs = other.begin(other->set_xattr(file, name, "theirs", Mode::create));
    const bool won = mine.code() == Code{};
    EXPECT_EQ(theirs.code(), won ? Code::exists : Code{});
    EXPECT_EQ(user.ok(user->get_xattr(file, name)), won ? "mine" : "theirs");
  }
}

}  // namespace
}  // namespace firn::dfs

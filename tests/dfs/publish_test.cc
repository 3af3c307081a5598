// Files that get their name last.
#include <gtest/gtest.h>

#include "cluster.h"

namespace firn::dfs {
namespace {

class Publish : public testing::Test {
 protected:
  Node prepare(const std::string& content) {
    const Node file = user.ok(user->prepare_file(root, {}));
    user.write(file, 0, content);
    return file;
  }

  Cluster cluster;
  User& user = cluster.add_user();
  Node root = user.root();
};

TEST_F(Publish, name_appears_with_content_and_attributes) {
  const Node file = prepare("content");
  EXPECT_TRUE(user.names(root).empty());
  EXPECT_EQ(user.read(file), "content");
  const Timestamp mtime{1'000'000'000, 5};
  const Node named =
      user.ok(user->publish(file, root, "name", {.mode = 0600, .owner = {1, 2}}, {.uid = 3, .mtime = mtime}));
  EXPECT_EQ(named.object, file.object);
  EXPECT_EQ(named.name, "name");
  const Stat stat = user.ok(user->stat(user.ok(user->lookup("/name"))));
  EXPECT_EQ(stat.mode, 0100600u);
  EXPECT_EQ(stat.uid, 3u);
  EXPECT_EQ(stat.gid, 2u);
  EXPECT_EQ(stat.mtime, mtime);
  EXPECT_EQ(stat.size_bytes, 7u);
  EXPECT_EQ(user.read(named), "content");
}

TEST_F(Publish, keeps_the_chunk_size_it_was_prepared_with) {
  const Node file = user.ok(user->prepare_file(root, {.chunk_bytes = 5000}));
  user.write(file, 0, std::string(20'000, 'x'));
  user.ok(user->publish(file, root, "name", {}, {}));
  const Node found = user.ok(user->lookup("/name"));
  EXPECT_EQ(found.chunk_bytes, 5000u);
  EXPECT_EQ(user.read(found, 0, 30'000), std::string(20'000, 'x'));
}

TEST_F(Publish, replaces_files_and_symlinks_but_not_directories) {
  const Node old = user.create(root, "file", "old");
  user.ok(user->set_xattr(old, "a", "1", {}));
  user.ok(user->make_symlink(root, "link", "x", {}));
  user.make_directory(root, "directory");
  for (const char* name : {"file", "link"}) {
    EXPECT_EQ(user.code(user->publish(prepare("new"), root, name, {.exclusive = true}, {})), Code::exists);
    const Node named = user.ok(user->publish(prepare("new"), root, name, {}, {}));
    EXPECT_EQ(user.read(user.ok(user->lookup("/" + std::string(name)))), "new");
    EXPECT_TRUE(user.ok(user->list_xattrs(named)).empty());
  }
  EXPECT_EQ(user.read(old), "");
  EXPECT_EQ(user.code(user->publish(prepare("new"), root, "directory", {}, {})), Code::is_directory);
  EXPECT_EQ(user.ok(user->lookup("/directory")).type, NodeType::directory);
}

TEST_F(Publish, repeated_is_the_same) {
  const Node file = prepare("content");
  user.ok(user->publish(file, root, "name", {}, {}));
  EXPECT_EQ(user.ok(user->publish(file, root, "name", {}, {})).object, file.object);
  EXPECT_EQ(user.read(user.ok(user->lookup("/name"))), "content");
}

TEST_F(Publish, discarded_data_is_gone) {
  const Node file = prepare("content");
  user.ok(user->discard(file));
  EXPECT_EQ(user.read(file), "");
  const Node named = user.create(root, "named", "content");
  EXPECT_EQ(user.code(user->discard(named)), Code::invalid);
  EXPECT_EQ(user.read(named), "content");
}

TEST_F(Publish, refuses_what_makes_no_sense) {
  const Node file = prepare("content");
  EXPECT_EQ(user.code(user->publish(file, root, "a/b", {}, {})), Code::invalid);
  EXPECT_EQ(user.code(user->publish(file, root, "name", {}, {.size_bytes = 1})), Code::invalid);
  EXPECT_EQ(user.code(user->publish(root, root, "name", {}, {})), Code::invalid);
  EXPECT_EQ(user.code(user->publish(file, file, "name", {}, {})), Code::not_directory);
  EXPECT_EQ(user.code(user->prepare_file(file, {})), Code::not_directory);
}

}  // namespace
}  // namespace firn::dfs

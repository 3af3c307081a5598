// Modes, owners and times.
#include <gtest/gtest.h>

#include "cluster.h"
#include "model/object_id.h"

namespace firn::dfs {
namespace {

class Attributes : public testing::Test {
 protected:
  Stat stat(const Node& node) { return user.ok(user->stat(node)); }
  void pass_time() { cluster.world().run_for(1s); }

  Cluster cluster;
  User& user = cluster.add_user();
  Node root = user.root();
};

constexpr Timestamp kPast{1'000'000'000, 123'456'789};
constexpr Timestamp kFuture{4'000'000'000, 1};

TEST_F(Attributes, new_file_has_what_it_was_made_with) {
  const Node file = user.ok(user->create(root, "file", {.mode = 04640, .owner = {1000, 2000}}));
  const Stat found = stat(file);
  EXPECT_EQ(found.type, NodeType::file);
  EXPECT_EQ(found.mode, 0104640u);
  EXPECT_EQ(found.uid, 1000u);
  EXPECT_EQ(found.gid, 2000u);
  EXPECT_EQ(found.size_bytes, 0u);
  EXPECT_EQ(found.object, file.object);
  EXPECT_EQ(found.mtime, found.ctime);
  EXPECT_GT(found.mtime.seconds, 1'700'000'000);
  EXPECT_EQ(stat(user.make_directory(root, "directory")).mode, 0040755u);
}

TEST_F(Attributes, writing_moves_the_times) {
  const Node file = user.create(root, "file");
  const Stat made = stat(file);
  pass_time();
  user.write(file, 0, "x");
  const Stat written = stat(file);
  EXPECT_GT(written.mtime, made.mtime);
  EXPECT_GT(written.ctime, made.ctime);
  pass_time();
  EXPECT_EQ(stat(file).mtime, written.mtime);
}

TEST_F(Attributes, time_set_by_hand_stands_until_the_next_write) {
  for (const Timestamp wanted : {kPast, kFuture}) {
    const Node file = user.ok(user->create(root, "file", {}));
    user.write(file, 0, "content");
    user.ok(user->set_attributes(file, {.mtime = wanted}));
    EXPECT_EQ(stat(file).mtime, wanted);
    EXPECT_LT(stat(file).ctime, kFuture);
    EXPECT_GT(stat(file).ctime, kPast);
    user.ok(user->set_attributes(file, {.mode = 0600}));
    EXPECT_EQ(stat(file).mtime, wanted);
    ASSERT_TRUE(user.mount());
    EXPECT_EQ(stat(file).mtime, wanted);
    pass_time();
    user.write(file, 0, "other");
    EXPECT_GT(stat(file).mtime, kPast);
    EXPECT_LT(stat(file).mtime, kFuture);
  }
}

TEST_F(Attributes, empty_file_keeps_a_time_set_by_hand) {
  const Node file = user.create(root, "file");
  user.ok(user->set_attributes(file, {.mtime = kPast}));
  EXPECT_EQ(stat(file).mtime, kPast);
}

TEST_F(Attributes, truncation_moves_the_time) {
  for (const uint64_t size : {0, 3, 10}) {
    const Node file = user.create(root, "file" + std::to_string(size), "content");
    const Stat before = stat(file);
    pass_time();
    user.ok(user->truncate(file, size));
    EXPECT_GT(stat(file).mtime, before.mtime) << size;
  }
  const Node file = user.create(root, "by-hand", "content");
  user.ok(user->set_attributes(file, {.mtime = kPast, .size_bytes = 2}));
  EXPECT_EQ(stat(file).mtime, kPast);
  EXPECT_EQ(stat(file).size_bytes, 2u);
}

TEST_F(Attributes, changes_are_only_what_was_asked_for) {
  const Node file = user.ok(user->create(root, "file", {.mode = 0644, .owner = {1, 2}}));
  user.ok(user->set_attributes(file, {.uid = 7}));
  user.ok(user->set_attributes(file, {.mode = 0107600}));
  const Stat found = stat(file);
  EXPECT_EQ(found.mode, 0107600u);
  EXPECT_EQ(found.uid, 7u);
  EXPECT_EQ(found.gid, 2u);
  user.ok(user->set_attributes(file, {.mode = 0040000}));  // the type stays
  EXPECT_EQ(stat(file).mode, 0100000u);
  EXPECT_EQ(user.code(user->set_attributes(file, {.mtime = Timestamp{0, 1'000'000'000}})), Code::invalid);
}

TEST_F(Attributes, changes_of_two_users_do_not_undo_each_other) {
  User& other = cluster.add_user();
  for (int round = 0; round < 20; round++) {
    const Node file = user.create(root, "file" + std::to_string(round));
    auto mode = user.begin(user->set_attributes(file, {.mode = 0400}));
    auto owner = other.begin(other->set_attributes(file, {.uid = 5, .mtime = kPast}));
    auto group = other.begin(other->set_attributes(file, {.gid = 6}));
    ASSERT_TRUE(mode.result() && owner.result() && group.result());
    const Stat found = stat(file);
    EXPECT_EQ(found.mode, 0100400u);
    EXPECT_EQ(found.uid, 5u);
    EXPECT_EQ(found.gid, 6u);
    EXPECT_EQ(found.mtime, kPast);
  }
}

TEST_F(Attributes, removed_entry_does_not_come_back) {
  User& other = cluster.add_user();
  for (int round = 0; round < 30; round++) {
    const std::string name = "file" + std::to_string(round);
    const Node file = user.create(root, name);
    auto change = user.begin(user->set_attributes(file, {.mode = 0, .mtime = kPast}));
    auto attribute = user.begin(user->set_xattr(file, "x", "y", {}));
    cluster.world().run_for(Duration(round * 20'000));
    other.ok(other->unlink(root, name));
    EXPECT_TRUE(change.code() == Code{} || change.code() == Code::not_found);
    EXPECT_TRUE(attribute.code() == Code{} || attribute.code() == Code::not_found);
    EXPECT_EQ(user.code(user->lookup_in(root, name)), Code::not_found);
  }
  EXPECT_TRUE(user.names(root).empty());
}

TEST_F(Attributes, directory_times) {
  const Node directory = user.make_directory(root, "directory");
  const Stat made = stat(directory);
  pass_time();
  user.create(directory, "file");
  const Stat filled = stat(directory);
  EXPECT_GT(filled.mtime, made.mtime);
  user.ok(user->set_attributes(directory, {.mtime = kPast}));
  EXPECT_EQ(stat(directory).mtime, kPast);
  pass_time();
  user.create(directory, "another");
  EXPECT_GT(stat(directory).mtime, filled.mtime);
}

TEST_F(Attributes, symlink_times) {
  const Node link = user.ok(user->make_symlink(root, "link", "x", {}));
  user.ok(user->set_attributes(link, {.uid = 3, .mtime = kPast}));
  EXPECT_EQ(stat(link).mtime, kPast);
  EXPECT_EQ(stat(link).uid, 3u);
}

TEST_F(Attributes, root_has_attributes_too) {
  EXPECT_EQ(stat(root).mode, 0040755u);
  user.ok(user->set_attributes(root, {.mode = 01777, .uid = 9}));
  ASSERT_TRUE(user.mount());
  EXPECT_EQ(stat(user.root()).mode, 0041777u);
  EXPECT_EQ(stat(user.root()).uid, 9u);
}

TEST_F(Attributes, node_of_a_name_that_moved_on_is_not_found) {
  const Node file = user.create(root, "file");
  user.ok(user->rename(root, "file", root, "other"));
  EXPECT_EQ(user.code(user->stat(file)), Code::not_found);
  EXPECT_EQ(user.code(user->set_attributes(file, {.mode = 0})), Code::not_found);
  user.create(root, "file");
  EXPECT_EQ(user.code(user->stat(file)), Code::not_found);
  EXPECT_EQ(user.code(user->set_attributes(file, {.mode = 0})), Code::not_found);
  EXPECT_EQ(user.code(user->get_xattr(file, "x")), Code::not_found);
}

TEST_F(Attributes, directories_have_defaults_for_what_is_made_in_them) {
  const Node directory = user.make_directory(user.root(), "directory");
  Node changed = user.ok(user->set_chunk_bytes(directory, 4096));
  changed = user.ok(user->set_object_class(changed, kClassS1));
  const Node found = user.ok(user->lookup("/directory"));
  EXPECT_EQ(found.chunk_bytes, 4096u);
  EXPECT_EQ(found.object_class, kClassS1.value);
  EXPECT_EQ(user.create(found, "file").chunk_bytes, 4096u);
  EXPECT_EQ(user.code(user->set_chunk_bytes(user.create(found, "other"), 1)), Code::not_directory);
  EXPECT_EQ(user.code(user->set_object_class(found, ObjectClassId{77})), Code::unsupported);
  user.ok(user->set_chunk_bytes(found, 0));
  EXPECT_EQ(user.create(user.ok(user->lookup("/directory")), "third").chunk_bytes,
            user->description().superblock.chunk_bytes);
}

}  // namespace
}  // namespace firn::dfs

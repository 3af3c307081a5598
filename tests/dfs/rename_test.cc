// Rename, alone: what replaces what, and what goes with the name.
#include <algorithm>

#include <gtest/gtest.h>

#include "cluster.h"

namespace firn::dfs {
namespace {

class Rename : public testing::Test {
 protected:
  using Names = std::vector<std::string>;
  Code rename(const std::string& from, const std::string& to) {
    return user.code(user->rename(root, from, root, to));
  }
  std::string content(const std::string& path) { return user.read(user.ok(user->lookup(path))); }

  Cluster cluster;
  User& user = cluster.add_user();
  Node root = user.root();
};

TEST_F(Rename, moves_the_entry_with_all_that_belongs_to_it) {
  const Node file = user.ok(user->create(root, "old", {.mode = 0751, .owner = {3, 4}}));
  user.write(file, 0, "content");
  user.ok(user->set_attributes(file, {.mtime = Timestamp{12, 34}}));
  user.ok(user->set_xattr(file, "a", "1", {}));
  user.ok(user->set_xattr(file, "b", std::string(60'000, 'b'), {}));
  user.ok(user->set_xattr(file, "empty", "", {}));
  const Stat before = user.ok(user->stat(file));
  EXPECT_EQ(rename("old", "new"), Code{});
  EXPECT_EQ(user.names(root), Names{"new"});
  const Node moved = user.ok(user->lookup("/new"));
  const Stat after = user.ok(user->stat(moved));
  EXPECT_EQ(after.object, before.object);
  EXPECT_EQ(after.mode, before.mode);
  EXPECT_EQ(after.uid, before.uid);
  EXPECT_EQ(after.gid, before.gid);
  EXPECT_EQ(after.mtime, before.mtime);
  EXPECT_EQ(after.size_bytes, 7u);
  EXPECT_EQ(user.read(moved), "content");
  EXPECT_EQ(user.ok(user->get_xattr(moved, "a")), "1");
  EXPECT_EQ(user.ok(user->get_xattr(moved, "b")), std::string(60'000, 'b'));
  EXPECT_EQ(user.ok(user->get_xattr(moved, "empty")), "");
}

TEST_F(Rename, across_directories) {
  const Node from = user.make_directory(root, "from");
  const Node to = user.make_directory(root, "to");
  user.create(from, "file", "content");
  user.ok(user->rename(from, "file", to, "moved"));
  EXPECT_TRUE(user.names(from).empty());
  EXPECT_EQ(content("/to/moved"), "content");
  user.ok(user->rename(root, "from", to, "from"));
  EXPECT_EQ(user.ok(user->lookup("/to/from")).object, from.object);
}

TEST_F(Rename, onto_itself_changes_nothing) {
  const Node file = user.create(root, "file", "content");
  EXPECT_EQ(rename("file", "file"), Code{});
  EXPECT_EQ(content("/file"), "content");
  EXPECT_EQ(user.ok(user->lookup("/file")).object, file.object);
  EXPECT_EQ(rename("missing", "missing"), Code::not_found);
}

TEST_F(Rename, of_what_is_missing) {
  user.create(root, "target", "content");
  EXPECT_EQ(rename("missing", "target"), Code::not_found);
  EXPECT_EQ(rename("missing", "new"), Code::not_found);
  EXPECT_EQ(content("/target"), "content");
  EXPECT_EQ(user.names(root), Names{"target"});
}

TEST_F(Rename, replaces_a_file_and_its_data) {
  user.create(root, "old", "new content");
  const Node replaced = user.create(root, "new", "replaced");
  user.ok(user->set_xattr(replaced, "mine", "1", {}));
  user.ok(user->set_xattr(replaced, "both", "1", {}));
  user.ok(user->set_xattr(user.ok(user->lookup("/old")), "both", "2", {}));
  EXPECT_EQ(rename("old", "new"), Code{});
  EXPECT_EQ(user.names(root), Names{"new"});
  const Node moved = user.ok(user->lookup("/new"));
  EXPECT_EQ(user.read(moved), "new content");
  EXPECT_EQ(user.ok(user->list_xattrs(moved)), Names{"both"});
  EXPECT_EQ(user.ok(user->get_xattr(moved, "both")), "2");
  EXPECT_EQ(user.code(user->get_xattr(moved, "mine")), Code::no_data);
  EXPECT_EQ(user.read(replaced), "");
}

TEST_F(Rename, symlinks_and_files_replace_each_other) {
  const Node link = user.ok(user->make_symlink(root, "link", "target", {}));
  user.create(root, "file", "content");
  EXPECT_EQ(rename("link", "moved"), Code{});
  EXPECT_EQ(user.ok(user->read_symlink(user.ok(user->lookup("/moved", false)))), "target");
  EXPECT_EQ(rename("file", "moved"), Code{});
  EXPECT_EQ(content("/moved"), "content");
  user.ok(user->make_symlink(root, "again", "target", {}));
  EXPECT_EQ(rename("again", "moved"), Code{});
  EXPECT_EQ(user.ok(user->read_symlink(user.ok(user->lookup("/moved", false)))), "target");
  EXPECT_EQ(user.names(root), Names{"moved"});
  EXPECT_EQ(user.code(user->read_symlink(link)), Code::not_found);
}

TEST_F(Rename, directories_replace_empty_directories_only) {
  const Node full = user.make_directory(root, "full");
  user.create(full, "file", "content");
  const Node empty = user.make_directory(root, "empty");
  user.create(root, "file");
  EXPECT_EQ(rename("empty", "full"), Code::not_empty);
  EXPECT_EQ(rename("file", "empty"), Code::is_directory);
  EXPECT_EQ(rename("full", "file"), Code::not_directory);
  EXPECT_EQ(user.names(root), (Names{"empty", "file", "full"}));
  EXPECT_EQ(user.ok(user->lookup("/empty")).object, empty.object);
  EXPECT_EQ(rename("full", "empty"), Code{});
  EXPECT_EQ(user.names(root), (Names{"empty", "file"}));
  EXPECT_EQ(content("/empty/file"), "content");
}

TEST_F(Rename, directory_below_itself) {
  const Node top = user.make_directory(root, "top");
  const Node middle = user.make_directory(top, "middle");
  EXPECT_EQ(user.code(user->rename(root, "top", top, "x")), Code::invalid);
  EXPECT_EQ(user.code(user->rename(root, "top", middle, "x")), Code::invalid);
  EXPECT_EQ(user.code(user->rename(root, "top", top, "middle")), Code::invalid);
  EXPECT_EQ(user.ok(user->lookup("/top/middle")).object, middle.object);
}

TEST_F(Rename, impossible_names) {
  user.create(root, "file");
  for (const char* name : {"", ".", "..", "a/b"}) EXPECT_EQ(rename("file", name), Code::invalid);
  EXPECT_EQ(user.names(root), Names{"file"});
}

TEST_F(Rename, exchange_swaps_entries_of_any_kind) {
  const Node directory = user.make_directory(root, "directory");
  user.create(root, "file", "content");
  user.create(directory, "inner", "inside");
  user.ok(user->exchange(root, "file", directory, "inner"));
  EXPECT_EQ(content("/file"), "inside");
  EXPECT_EQ(content("/directory/inner"), "content");
  user.ok(user->exchange(root, "file", root, "directory"));
  EXPECT_EQ(content("/directory"), "inside");
  EXPECT_EQ(content("/file/inner"), "content");
  EXPECT_EQ(user.names(root), (Names{"directory", "file"}));
}

TEST_F(Rename, exchange_of_what_cannot_be_changes_nothing) {
  const Node directory = user.make_directory(root, "directory");
  user.create(root, "file", "content");
  user.create(directory, "inner", "inside");
  EXPECT_EQ(user.code(user->exchange(root, "file", root, "missing")), Code::not_found);
  EXPECT_EQ(user.code(user->exchange(root, "directory", directory, "inner")), Code::invalid);
  user.ok(user->exchange(root, "file", root, "file"));
  EXPECT_EQ(user.names(root), (Names{"directory", "file"}));
  EXPECT_EQ(content("/directory/inner"), "inside");
}

TEST_F(Rename, tree_is_removed_with_all_below) {
  const Node top = user.make_directory(root, "top");
  Node directory = top;
  for (int depth = 0; depth < 3; depth++) {
    for (int i = 0; i < 150; i++) user.create(directory, "file" + std::to_string(i));
    directory = user.make_directory(directory, "deeper");
  }
  user.create(root, "stays", "content");
  EXPECT_EQ(user.ok(remove_tree(&*user.operator->(), root, top)), 3 * 151u + 1);
  EXPECT_EQ(user.names(root), Names{"stays"});
}

}  // namespace
}  // namespace firn::dfs

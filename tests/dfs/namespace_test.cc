// Names: creating, finding, listing and removing entries.
#include <algorithm>

#include <gtest/gtest.h>

#include "cluster.h"

namespace firn::dfs {
namespace {

class Namespace : public testing::Test {
 protected:
  Cluster cluster;
  User& user = cluster.add_user();
  Node root = user.root();
};

TEST_F(Namespace, created_file_is_found_by_name_and_path) {
  const Node home = user.make_directory(root, "home");
  const Node file = user.create(home, "notes");
  EXPECT_EQ(file.type, NodeType::file);
  EXPECT_EQ(user.ok(user->lookup_in(home, "notes")).object, file.object);
  const Node found = user.ok(user->lookup("/home/notes"));
  EXPECT_EQ(found.object, file.object);
  EXPECT_EQ(found.parent, home.object);
  EXPECT_EQ(found.name, "notes");
  EXPECT_EQ(user.ok(user->lookup("/")).object, root.object);
}

TEST_F(Namespace, paths_may_be_untidy) {
  const Node home = user.make_directory(root, "home");
  const Node file = user.create(home, "notes");
  for (const char* path :
       {"//home/./notes", "/home/../home//notes", "/../home/notes", "/home/./../home/notes"}) {
    EXPECT_EQ(user.ok(user->lookup(path)).object, file.object) << path;
  }
  for (const char* path : {"/home/", "/home/.", "/home/./", "/home/../home"}) {
    EXPECT_EQ(user.ok(user->lookup(path)).object, home.object) << path;
  }
  EXPECT_EQ(user.ok(user->lookup("/home/..")).object, root.object);
}

TEST_F(Namespace, bad_paths_are_told_apart) {
  user.create(root, "file");
  EXPECT_EQ(user.code(user->lookup("file")), Code::invalid);
  EXPECT_EQ(user.code(user->lookup("")), Code::invalid);
  EXPECT_EQ(user.code(user->lookup("/missing")), Code::not_found);
  EXPECT_EQ(user.code(user->lookup("/missing/below")), Code::not_found);
  EXPECT_EQ(user.code(user->lookup("/file/below")), Code::not_directory);
  EXPECT_EQ(user.code(user->lookup("/file/")), Code::not_directory);
  EXPECT_EQ(user.code(user->lookup("/file/..")), Code::not_directory);
  EXPECT_EQ(user.code(user->lookup("/" + std::string(256, 'n'))), Code::name_too_long);
  EXPECT_EQ(user.code(user->lookup(std::string(5000, '/'))), Code::name_too_long);
}

TEST_F(Namespace, odd_names_are_kept_as_they_are) {
  const std::vector<std::string> odd{" ",   "a b", "line\nbreak", "tab\t",        "grün-雪-🏔",
                                     "-rf", "*",   "...",         "\x01\xff\xfe", std::string(255, 'x')};
  for (const std::string& name : odd) user.create(root, name, "content of " + name);
  for (const std::string& name : odd) {
    EXPECT_EQ(user.read(user.ok(user->lookup_in(root, name))), "content of " + name);
    EXPECT_EQ(user.ok(user->lookup("/" + name)).name, name);
  }
  std::vector<std::string> sorted = odd;
  std::ranges::sort(sorted);
  EXPECT_EQ(user.names(root), sorted);
}

TEST_F(Namespace, impossible_names_are_refused) {
  const std::vector<std::string> impossible{"", ".", "..", "a/b", "/", std::string("a\0b", 3)};
  for (const std::string& name : impossible) {
    EXPECT_EQ(user.code(user->create(root, name, {})), Code::invalid) << name;
    EXPECT_EQ(user.code(user->make_directory(root, name, {})), Code::invalid) << name;
    EXPECT_EQ(user.code(user->unlink(root, name)), Code::invalid) << name;
    EXPECT_EQ(user.code(user->lookup_in(root, name)), Code::invalid) << name;
  }
  EXPECT_EQ(user.code(user->create(root, std::string(256, 'x'), {})), Code::name_too_long);
  EXPECT_EQ(user.code(user->rename(root, "a", root, std::string(256, 'x'))), Code::name_too_long);
}

TEST_F(Namespace, name_that_is_taken) {
  const Node file = user.create(root, "file", "content");
  const Node directory = user.make_directory(root, "directory");
  user.ok(user->make_symlink(root, "link", "file", {}));
  for (const char* name : {"file", "directory", "link"}) {
    EXPECT_EQ(user.code(user->create(root, name, {.exclusive = true})), Code::exists) << name;
    EXPECT_EQ(user.code(user->make_directory(root, name, {})), Code::exists) << name;
    EXPECT_EQ(user.code(user->make_symlink(root, name, "x", {})), Code::exists) << name;
  }
  EXPECT_EQ(user.ok(user->create(root, "file", {})).object, file.object);
  EXPECT_EQ(user.read(file), "content");
  EXPECT_EQ(user.code(user->create(root, "directory", {})), Code::is_directory);
  EXPECT_EQ(user.code(user->create(root, "link", {})), Code::symlink_loop);
  EXPECT_EQ(user.ok(user->create(root, "file", {.truncate = true})).object, file.object);
  EXPECT_EQ(user.read(file), "");
  EXPECT_EQ(user.ok(user->lookup_in(root, "directory")).object, directory.object);
}

TEST_F(Namespace, only_directories_have_entries) {
  const Node file = user.create(root, "file");
  EXPECT_EQ(user.code(user->create(file, "x", {})), Code::not_directory);
  EXPECT_EQ(user.code(user->make_directory(file, "x", {})), Code::not_directory);
  EXPECT_EQ(user.code(user->lookup_in(file, "x")), Code::not_directory);
  EXPECT_EQ(user.code(user->unlink(file, "x")), Code::not_directory);
  DirectoryAnchor anchor;
  EXPECT_EQ(user.code(user->read_directory(file, anchor)), Code::not_directory);
}

TEST_F(Namespace, symlinks_are_followed) {
  const Node home = user.make_directory(root, "home");
  const Node file = user.create(home, "notes");
  const Node link = user.ok(user->make_symlink(home, "relative", "notes", {}));
  user.ok(user->make_symlink(root, "absolute", "/home/relative", {}));
  user.ok(user->make_symlink(root, "up", "home/../home/notes", {}));
  user.ok(user->make_symlink(root, "to-directory", "home", {}));
  user.ok(user->make_symlink(root, "to-directory-slash", "home/", {}));
  EXPECT_EQ(user.ok(user->read_symlink(link)), "notes");
  for (const char* path :
       {"/home/relative", "/absolute", "/up", "/to-directory/notes", "/to-directory-slash/relative"}) {
    EXPECT_EQ(user.ok(user->lookup(path)).object, file.object) << path;
  }
  EXPECT_EQ(user.ok(user->lookup("/home/relative", false)).object, link.object);
  EXPECT_EQ(user.ok(user->lookup("/to-directory", false)).type, NodeType::symlink);
  EXPECT_EQ(user.ok(user->lookup("/to-directory/", false)).object, home.object);
  EXPECT_EQ(user.code(user->lookup("/absolute/")), Code::not_directory);
  const Stat stat = user.ok(user->stat(link));
  EXPECT_EQ(stat.type, NodeType::symlink);
  EXPECT_EQ(stat.size_bytes, 5u);
  EXPECT_EQ(stat.mode, 0120777u);
}

TEST_F(Namespace, symlinks_that_lead_nowhere) {
  user.ok(user->make_symlink(root, "self", "self", {}));
  user.ok(user->make_symlink(root, "ping", "/pong", {}));
  user.ok(user->make_symlink(root, "pong", "ping", {}));
  user.ok(user->make_symlink(root, "dangling", "missing", {}));
  EXPECT_EQ(user.code(user->lookup("/self")), Code::symlink_loop);
  EXPECT_EQ(user.code(user->lookup("/ping")), Code::symlink_loop);
  EXPECT_EQ(user.code(user->lookup("/pong/below")), Code::symlink_loop);
  EXPECT_EQ(user.code(user->lookup("/dangling")), Code::not_found);
  EXPECT_EQ(user.ok(user->lookup("/dangling", false)).type, NodeType::symlink);
  EXPECT_EQ(user.code(user->make_symlink(root, "empty", "", {})), Code::invalid);
  EXPECT_EQ(user.code(user->make_symlink(root, "long", std::string(4096, 'x'), {})), Code::name_too_long);
}

TEST_F(Namespace, forty_symlinks_are_followed_and_no_more) {
  user.create(root, "link0");
  for (int i = 1; i <= 41; i++) {
    const std::string target = "link" + std::to_string(i - 1);
    user.ok(user->make_symlink(root, "link" + std::to_string(i), target, {}));
  }
  EXPECT_EQ(user.ok(user->lookup("/link40")).type, NodeType::file);
  EXPECT_EQ(user.code(user->lookup("/link41")), Code::symlink_loop);
}

TEST_F(Namespace, unlinked_file_is_gone_with_its_data) {
  const Node file = user.create(root, "file", "content");
  user.ok(user->unlink(root, "file"));
  EXPECT_EQ(user.code(user->lookup("/file")), Code::not_found);
  EXPECT_EQ(user.code(user->unlink(root, "file")), Code::not_found);
  EXPECT_EQ(user.names(root), std::vector<std::string>{});
  EXPECT_EQ(user.read(file), "");
  EXPECT_EQ(user.code(user->stat(file)), Code::not_found);
  const Node again = user.create(root, "file");
  EXPECT_NE(again.object, file.object);
  EXPECT_EQ(user.code(user->stat(file)), Code::not_found);  // the name is another file's now
  EXPECT_EQ(user.read(again), "");
}

TEST_F(Namespace, unlink_and_remove_directory_keep_to_their_types) {
  user.make_directory(root, "directory");
  user.create(root, "file");
  user.ok(user->make_symlink(root, "link", "directory", {}));
  EXPECT_EQ(user.code(user->unlink(root, "directory")), Code::is_directory);
  EXPECT_EQ(user.code(user->remove_directory(root, "file")), Code::not_directory);
  EXPECT_EQ(user.code(user->remove_directory(root, "link")), Code::not_directory);
  EXPECT_EQ(user.code(user->remove_directory(root, "missing")), Code::not_found);
  user.ok(user->unlink(root, "link"));
  EXPECT_EQ(user.names(root), (std::vector<std::string>{"directory", "file"}));
}

TEST_F(Namespace, only_empty_directories_are_removed) {
  const Node directory = user.make_directory(root, "directory");
  user.create(directory, "file");
  EXPECT_EQ(user.code(user->remove_directory(root, "directory")), Code::not_empty);
  EXPECT_EQ(user.names(directory), std::vector<std::string>{"file"});
  user.ok(user->unlink(directory, "file"));
  user.ok(user->remove_directory(root, "directory"));
  EXPECT_EQ(user.code(user->lookup("/directory")), Code::not_found);
}

TEST_F(Namespace, large_directory_is_listed_in_parts) {
  const Node directory = user.make_directory(root, "many");
  std::vector<std::string> expected;
  for (int i = 0; i < 300; i++) {
    expected.push_back("file" + std::to_string(i));
    user.create(directory, expected.back());
  }
  std::ranges::sort(expected);
  for (const uint32_t entries_max : {1u, 7u, 300u, 1024u})
    EXPECT_EQ(user.names(directory, entries_max), expected);
}

TEST_F(Namespace, listing_with_stats) {
  const Node directory = user.make_directory(root, "some");
  user.create(directory, "file", "12345");
  user.make_directory(directory, "sub");
  user.ok(user->make_symlink(directory, "link", "file", {}));
  DirectoryAnchor anchor;
  auto entries = user.ok(user->read_directory_plus(directory, anchor));
  EXPECT_TRUE(anchor.end());
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  ASSERT_EQ(entries.size(), 3u);
  for (const DirectoryEntry& entry : entries) {
    const Stat expected = user.ok(user->stat(user.ok(user->lookup_in(directory, entry.name))));
    ASSERT_TRUE(entry.stat);
    EXPECT_EQ(entry.stat->object, expected.object);
    EXPECT_EQ(entry.stat->size_bytes, expected.size_bytes);
    EXPECT_EQ(entry.stat->mtime, expected.mtime);
    EXPECT_EQ(entry.stat->mode, expected.mode);
  }
  EXPECT_EQ(entries[0].name, "file");
  EXPECT_EQ(entries[0].stat->size_bytes, 5u);
}

TEST_F(Namespace, another_user_sees_all_and_so_does_a_crash) {
  const Node home = user.make_directory(root, "home");
  user.create(home, "notes", "hello");
  user.ok(user->make_symlink(root, "link", "home/notes", {}));
  User& other = cluster.add_user();
  EXPECT_EQ(other.read(other.ok(other->lookup("/link"))), "hello");
  user.crash();
  cluster.crash_server();
  ASSERT_TRUE(user.mount());
  EXPECT_EQ(user.read(user.ok(user->lookup("/link"))), "hello");
  EXPECT_EQ(other.read(other.ok(other->lookup("/home/notes"))), "hello");
  EXPECT_EQ(other.names(other.root()), (std::vector<std::string>{"home", "link"}));
}

TEST_F(Namespace, read_only_mount_changes_nothing) {
  const Node file = user.create(root, "file", "content");
  ASSERT_TRUE(user.mount({.read_only = true}));
  EXPECT_EQ(user.read(file), "content");
  EXPECT_EQ(user.names(root), std::vector<std::string>{"file"});
  EXPECT_EQ(user.code(user->create(root, "x", {})), Code::read_only);
  EXPECT_EQ(user.code(user->make_directory(root, "x", {})), Code::read_only);
  EXPECT_EQ(user.code(user->make_symlink(root, "x", "y", {})), Code::read_only);
  EXPECT_EQ(user.code(user->write(file, 0, {})), Code::read_only);
  EXPECT_EQ(user.code(user->truncate(file, 0)), Code::read_only);
  EXPECT_EQ(user.code(user->set_attributes(file, {.mode = 0})), Code::read_only);
  EXPECT_EQ(user.code(user->set_xattr(file, "x", "y", {})), Code::read_only);
  EXPECT_EQ(user.code(user->remove_xattr(file, "x")), Code::read_only);
  EXPECT_EQ(user.code(user->unlink(root, "file")), Code::read_only);
  EXPECT_EQ(user.code(user->remove_directory(root, "x")), Code::read_only);
  EXPECT_EQ(user.code(user->rename(root, "file", root, "x")), Code::read_only);
  EXPECT_EQ(user.code(user->prepare_file(root, {})), Code::read_only);
}

}  // namespace
}  // namespace firn::dfs

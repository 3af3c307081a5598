// What lies in the objects: docs/formats/dfs.md, byte for byte; and formatting and mounting.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "cluster.h"
#include "model/object_id.h"
#include "model/properties.h"

namespace firn::dfs {
namespace {

class Layout : public testing::Test {
 protected:
  std::string value(ObjectId object, const Key& dkey, const Key& akey) {
    return user.ok(user.object(object).fetch_value(dkey, akey)).value_or("(none)");
  }
  std::string inode(ObjectId directory, const Key& name) {
    std::string bytes(200, '?');
    const MutableBytes room{reinterpret_cast<std::byte*>(bytes.data()), bytes.size()};
    std::vector<client::FetchTarget> targets;
    targets.push_back(
        {{.akey = "DFS_INODE", .kind = ValueKind::array, .recxs = {{0, bytes.size()}}}, {room}});
    const auto found = user.ok(user.object(directory).fetch(name, std::move(targets)));
    EXPECT_EQ(found[0].record_bytes, 1u);
    uint64_t records = 0;
    for (const FetchedExtent& extent : found[0].extents) records += extent.recx.count;
    bytes.resize(records);
    return bytes;
  }
  std::vector<Key> dkeys(ObjectId object) {
    std::vector<Key> keys;
    for (client::ListAnchor anchor; !anchor.end;) {
      for (Key& key : user.ok(user.object(object).list_dkeys(anchor))) keys.push_back(std::move(key));
    }
    std::ranges::sort(keys);
    return keys;
  }

  Cluster cluster{1, {.chunk_bytes = 0x200000, .owner = {11, 12}, .root_mode = 0700}};
  User& user = cluster.add_user();
  Node root = user.root();
  const ObjectId superblock{0x0001000100000000, 0};
};

std::string bytes_of(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST_F(Layout, superblock) {
  const Key dkey = "DFS_SB_METADATA";
  EXPECT_EQ(dkeys(superblock), (std::vector<Key>{"/", dkey}));
  EXPECT_EQ(value(superblock, dkey, "DFS_MAGIC"), bytes_of({0x50, 0xdf, 0x05, 0xda, 0x50, 0xdf, 0x05, 0xda}));
  EXPECT_EQ(value(superblock, dkey, "DFS_SB_VERSION"), bytes_of({2, 0}));
  EXPECT_EQ(value(superblock, dkey, "DFS_LAYOUT_VERSION"), bytes_of({3, 0}));
  EXPECT_EQ(value(superblock, dkey, "DFS_CHUNK_SIZE"), bytes_of({0, 0, 0x20, 0, 0, 0, 0, 0}));
  EXPECT_EQ(value(superblock, dkey, "DFS_OBJ_CLASS"), bytes_of({0, 0, 0, 0}));
  EXPECT_EQ(value(superblock, dkey, "DFS_DIR_OBJ_CLASS"), bytes_of({1, 0, 0, 1}));
  EXPECT_EQ(value(superblock, dkey, "DFS_FILE_OBJ_CLASS"), bytes_of({0xff, 0xff, 0, 1}));
  EXPECT_EQ(value(superblock, dkey, "DFS_MODE"), bytes_of({0, 0, 0, 0}));
  EXPECT_EQ(value(superblock, dkey, "DFS_HINTS"), "(none)");
}

TEST_F(Layout, root_entry) {
  EXPECT_EQ(root.object, (ObjectId{0x0001000100000001, 0}));
  EXPECT_EQ(root.parent, ObjectId{});
  const std::string bytes = inode(superblock, "/");
  ASSERT_EQ(bytes.size(), 88u);
  EXPECT_EQ(bytes.substr(0, 4), bytes_of({0xc0, 0x41, 0, 0}));  // 040700
  EXPECT_EQ(bytes.substr(4, 16), bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0}));
  EXPECT_EQ(bytes.substr(64, 8), bytes_of({11, 0, 0, 0, 12, 0, 0, 0}));
}

TEST_F(Layout, container_properties) {
  ASSERT_TRUE(user.mount());  // opens the container anew
  EXPECT_EQ(*user.container().property(property::kLayoutType), "posix");
  EXPECT_EQ(*user.container().property(property::kRootOids), "1000100000000.0,1000100000001.0");
}

TEST_F(Layout, file_symlink_and_attributes) {
  const Node file = user.create(root, "file", "content");
  user.ok(user->set_xattr(file, "user.a", "1", {}));
  user.ok(user->make_symlink(root, "link", "file", {}));
  EXPECT_EQ(dkeys(root.object), (std::vector<Key>{"file", "link"}));
  const std::string bytes = inode(root.object, "file");
  ASSERT_EQ(bytes.size(), 88u);
  EXPECT_EQ(bytes.substr(0, 4), bytes_of({0xa4, 0x81, 0, 0}));                               // 0100644
  EXPECT_EQ(bytes.substr(36, 12), bytes_of({0, 0, 0x20, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 1}));  // chunk, class
  EXPECT_EQ(bytes.substr(72, 16), std::string(16, '\0'));
  EXPECT_EQ(value(root.object, "file", "x:user.a"), "1");
  EXPECT_EQ(value(root.object, "link", "DFS_SLINK"), "file");
  EXPECT_EQ(inode(root.object, "link").substr(72, 8), bytes_of({4, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_F(Layout, object_ids_say_type_and_class) {
  const Node file = user.create(root, "file");
  const Node directory = user.make_directory(root, "directory");
  EXPECT_EQ(object_type(file.object), ObjectType::array_byte);
  EXPECT_EQ(object_type(directory.object), ObjectType::multi_hashed);
  EXPECT_EQ(group_count(file.object), Cluster::kTargets);
  EXPECT_EQ(group_count(directory.object), 1u);
  const Node narrow = user.ok(user->create(root, "narrow", {.object_class = kClassS1}));
  EXPECT_EQ(group_count(narrow.object), 1u);
  const Node parent = user.ok(user->make_directory(root, "parent", {.object_class = object_class(1, 2)}));
  EXPECT_EQ(group_count(parent.object), 2u);
  EXPECT_EQ(group_count(user.create(parent, "file").object), 2u);
  EXPECT_EQ(group_count(user.make_directory(parent, "directory").object), 2u);
  const ObjectClassId replicated{0x08000001};
  EXPECT_EQ(user.code(user->create(root, "x", {.object_class = replicated})), Code::unsupported);
}

TEST_F(Layout, chunks_are_dkeys_from_one_big_endian) {
  const Node file = user.ok(user->create(root, "file", {.chunk_bytes = 4096}));
  user.write(file, 4096 * 257 - 1, "ab");
  EXPECT_EQ(dkeys(file.object),
            (std::vector<Key>{bytes_of({0, 0, 0, 0, 0, 0, 1, 1}), bytes_of({0, 0, 0, 0, 0, 0, 1, 2})}));
  const auto listed = user.ok(user.object(file.object).list_extents(bytes_of({0, 0, 0, 0, 0, 0, 1, 1}), "0"));
  EXPECT_EQ(listed.record_bytes, 1u);
  ASSERT_EQ(listed.extents.size(), 1u);
  EXPECT_EQ(listed.extents[0].recx, (Recx{4095, 1}));
}

TEST_F(Layout, directory_of_several_groups_works) {
  const Node wide = user.ok(user->make_directory(root, "wide", {.object_class = object_class(1, 3)}));
  std::vector<std::string> expected;
  for (int i = 0; i < 50; i++) {
    expected.push_back(std::to_string(i));
    user.create(wide, expected.back());
  }
  std::ranges::sort(expected);
  EXPECT_EQ(user.names(wide, 3), expected);
  EXPECT_EQ(user.code(user->remove_directory(root, "wide")), Code::not_empty);
  const Timestamp before = user.ok(user->stat(wide)).mtime;
  cluster.world().run_for(1s);
  for (const std::string& name : expected) user.ok(user->rename(wide, name, wide, "n" + name));
  EXPECT_GT(user.ok(user->stat(wide)).mtime, before);
  for (const std::string& name : expected) user.ok(user->unlink(wide, "n" + name));
  user.ok(user->remove_directory(root, "wide"));
}

TEST_F(Layout, object_ids_of_two_mounts_differ) {
  User& other = cluster.add_user();
  std::set<ObjectId> ids;
  for (int i = 0; i < 20; i++) {
    ids.insert(user.create(root, "mine" + std::to_string(i)).object);
    ids.insert(other.create(root, "theirs" + std::to_string(i)).object);
  }
  EXPECT_EQ(ids.size(), 40u);
}

TEST_F(Layout, container_is_formatted_once) {
  auto container = cluster.make_container(user, "other");
  const auto unformatted = user.run(FileSystem::mount(container, {}));
  ASSERT_FALSE(unformatted);
  EXPECT_EQ(unformatted.error().code(), Code::invalid);
  EXPECT_FALSE(unformatted.error().remedy().empty());
  user.ok(FileSystem::format(container, {}));
  EXPECT_EQ(user.code(FileSystem::format(container, {})), Code::exists);
  const auto mounted = user.ok(FileSystem::mount(container, {}));
  EXPECT_EQ(user.ok(mounted->stat(mounted->root())).mode, 0040755u);
}

TEST_F(Layout, properties_of_the_container_are_the_defaults) {
  auto container = cluster.make_container(
      user, "other",
      {{"chunk_size", "65536"}, {"dir_class", "S2"}, {"file_class", "S1"}, {"layout_type", "posix"}});
  user.ok(FileSystem::format(container, {}));
  const auto mounted = user.ok(FileSystem::mount(container, {}));
  const Node file = user.ok(mounted->create(mounted->root(), "file", {}));
  EXPECT_EQ(file.chunk_bytes, 65'536u);
  EXPECT_EQ(group_count(file.object), 1u);
  EXPECT_EQ(group_count(mounted->root().object), 2u);
}

TEST_F(Layout, one_of_several_formats_wins) {
  auto container = cluster.make_container(user, "other");
  User& other = cluster.add_user();
  auto theirs = other.ok(other.container().pool().open_container("other"));
  auto first = user.begin(FileSystem::format(container, {}));
  auto second = other.begin(FileSystem::format(theirs, {.directory_class = object_class(1, 2)}));
  EXPECT_NE(first.code() == Code{}, second.code() == Code{});
  const auto mounted = user.ok(FileSystem::mount(container, {}));
  user.ok(mounted->create(mounted->root(), "file", {}));
}

TEST_F(Layout, newer_and_broken_superblocks_are_refused) {
  const Key dkey = "DFS_SB_METADATA";
  auto overwrite = [&](const Key& akey, const std::string& bytes) {
    user.ok(user.object(superblock)
                .update(dkey, {{.akey = akey, .record_bytes = bytes.size()}}, {as_bytes(bytes)}));
    return user.mount_code();
  };
  EXPECT_EQ(overwrite("DFS_LAYOUT_VERSION", bytes_of({4, 0})), Code::version);
  EXPECT_EQ(overwrite("DFS_LAYOUT_VERSION", bytes_of({2, 0})), Code::version);
  EXPECT_EQ(overwrite("DFS_LAYOUT_VERSION", bytes_of({3, 0})), Code{});
  EXPECT_EQ(overwrite("DFS_SB_VERSION", bytes_of({3, 0})), Code::version);
  EXPECT_EQ(overwrite("DFS_SB_VERSION", bytes_of({2})), Code::corrupt);
  EXPECT_EQ(overwrite("DFS_SB_VERSION", bytes_of({2, 0})), Code{});
  EXPECT_EQ(overwrite("DFS_MAGIC", "nonsense"), Code::corrupt);
}

TEST_F(Layout, broken_inodes_are_refused) {
  user.create(root, "file");
  auto damage = [&](uint64_t at, const std::string& bytes) {
    UpdateItem item{
        .akey = "DFS_INODE", .kind = ValueKind::array, .record_bytes = 1, .recxs = {{at, bytes.size()}}};
    user.ok(user.object(root.object).update("file", {item}, {as_bytes(bytes)}));
    return user.code(user->lookup("/file"));
  };
  EXPECT_EQ(damage(0, bytes_of({0xa4, 0x11, 0, 0})), Code::unsupported);  // a FIFO
  EXPECT_EQ(damage(0, bytes_of({0xa4, 0x81, 0, 0})), Code{});
  EXPECT_EQ(damage(48, std::string(8, '\xff')), Code::corrupt);
  UpdateItem torso{.akey = "DFS_INODE", .kind = ValueKind::array, .record_bytes = 1, .recxs = {{0, 4}}};
  user.ok(user.object(root.object).update("torso", {torso}, {as_bytes("1234")}));
  EXPECT_EQ(user.code(user->lookup("/torso")), Code::corrupt);
}

}  // namespace
}  // namespace firn::dfs

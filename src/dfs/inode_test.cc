// Inodes: against bytes made by hand from docs/formats/dfs.md.
#include "dfs/inode.h"

#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/rng.h"

namespace firn::dfs {
namespace {

Inode example() {
  return {.mode = S_IFREG | 0640,
          .object = {.hi = 0x0d01000311223344, .lo = 0x0807060504030201},
          .mtime = {0x1112131415161718, 0x01020304},
          .ctime = {0x2122232425262728, 0x05060708},
          .chunk_bytes = 0x3132333435363738,
          .object_class = 0x41424344,
          .uid = 0x51525354,
          .gid = 0x61626364,
          .value_bytes = 0x7172737475767778,
          .object_epoch = Epoch{0x8182838485868788}};
}

constexpr uint8_t kExampleBytes[] = {
    0xa0, 0x81, 0x00, 0x00,                          //  0 mode 0100640
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,  //  4 object, lo
    0x44, 0x33, 0x22, 0x11, 0x03, 0x00, 0x01, 0x0d,  // 12 object, hi
    0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,  // 20 mtime, seconds
    0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,  // 28 ctime, seconds
    0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,  // 36 chunk size
    0x44, 0x43, 0x42, 0x41,                          // 44 object class
    0x04, 0x03, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00,  // 48 mtime, nanoseconds
    0x08, 0x07, 0x06, 0x05, 0x00, 0x00, 0x00, 0x00,  // 56 ctime, nanoseconds
    0x54, 0x53, 0x52, 0x51,                          // 64 uid
    0x64, 0x63, 0x62, 0x61,                          // 68 gid
    0x78, 0x77, 0x76, 0x75, 0x74, 0x73, 0x72, 0x71,  // 72 length of the symlink's target
    0x88, 0x87, 0x86, 0x85, 0x84, 0x83, 0x82, 0x81,  // 80 epoch of the object when mtime was set
};
static_assert(sizeof kExampleBytes == kInodeBytes);

TEST(Inode, encodes_to_the_bytes_of_the_format) {
  const InodeBytes bytes = encode_inode(example());
  for (size_t i = 0; i < kInodeBytes; i++) EXPECT_EQ(static_cast<uint8_t>(bytes[i]), kExampleBytes[i]) << i;
}

TEST(Inode, decodes_the_bytes_of_the_format) {
  const auto inode = decode_inode(std::as_bytes(std::span(kExampleBytes)));
  ASSERT_TRUE(inode);
  EXPECT_EQ(*inode, example());
}

TEST(Inode, times_before_1970_survive) {
  Inode inode = example();
  inode.mtime = {-1, 999'999'999};
  EXPECT_EQ(decode_inode(encode_inode(inode))->mtime, inode.mtime);
}

TEST(Inode, random_bytes_are_refused_or_survive) {
  Rng rng(3);
  for (int i = 0; i < 10'000; i++) {
    InodeBytes bytes = encode_inode(example());
    for (int changes = 0; changes < 4; changes++) bytes[rng.below(kInodeBytes)] = std::byte(rng.below(256));
    const auto inode = decode_inode(bytes);
    if (inode)
      EXPECT_EQ(encode_inode(*inode), bytes);
    else
      EXPECT_TRUE(inode.error().code() == Code::corrupt || inode.error().code() == Code::unsupported);
  }
}

TEST(Inode, types) {
  for (const NodeType type : {NodeType::file, NodeType::directory, NodeType::symlink}) {
    EXPECT_EQ(node_type({.mode = type_bits(type) | 0777}), type);
  }
  for (const uint32_t mode : {S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK, 0}) {
    Inode inode = example();
    inode.mode = mode | 0644;
    EXPECT_EQ(decode_inode(encode_inode(inode)).error().code(), Code::unsupported);
  }
}

TEST(Inode, field_extents_are_ascending_and_once) {
  const InodeField fields[] = {InodeField::object_epoch, InodeField::mtime, InodeField::mode,
                               InodeField::ctime,        InodeField::mtime, InodeField::gid,
                               InodeField::uid};
  EXPECT_EQ(extents_of(fields),
            (std::vector<Recx>{{0, 4}, {20, 8}, {28, 8}, {48, 8}, {56, 8}, {64, 4}, {68, 4}, {80, 8}}));
  EXPECT_TRUE(extents_of({}).empty());
}

TEST(Inode, changes_are_applied) {
  Inode inode = example();
  const auto fields = apply({.mode = 0170777, .gid = 9, .mtime = Timestamp{5, 6}}, {7, 8}, inode);
  EXPECT_EQ(inode.mode, uint32_t{S_IFREG | 0777});
  EXPECT_EQ(inode.uid, example().uid);
  EXPECT_EQ(inode.gid, 9u);
  EXPECT_EQ(inode.mtime, (Timestamp{5, 6}));
  EXPECT_EQ(inode.ctime, (Timestamp{7, 8}));
  EXPECT_EQ(extents_of(fields),
            (std::vector<Recx>{{0, 4}, {20, 8}, {28, 8}, {48, 8}, {56, 8}, {68, 4}, {80, 8}}));
  EXPECT_FALSE(check_changes({.mtime = Timestamp{0, 1'000'000'000}}));
  EXPECT_TRUE(check_changes({.mtime = Timestamp{-5, 999'999'999}}));
}

TEST(Inode, shown_times_are_the_newest_write_unless_set_since) {
  const Timestamp made{2'000'000'000, 0};
  Inode inode{.mode = S_IFREG, .mtime = made, .ctime = made};
  EXPECT_EQ(shown_times(inode, kEpochNone).mtime, made);
  const Epoch older = epoch_from_wall({1'900'000'000'000'000'000});
  const Epoch newer = epoch_from_wall({2'100'000'000'000'000'000});
  EXPECT_EQ(shown_times(inode, older).mtime.seconds, 1'900'000'000);
  EXPECT_EQ(shown_times(inode, older).ctime, made);
  EXPECT_EQ(shown_times(inode, newer).mtime.seconds, 2'100'000'000);
  EXPECT_EQ(shown_times(inode, newer).ctime.seconds, 2'100'000'000);
  inode.object_epoch = newer;
  EXPECT_EQ(shown_times(inode, newer).mtime, made);
  EXPECT_EQ(shown_times(inode, Epoch{newer.value + 1}).mtime.seconds, 2'100'000'000);
}

TEST(Inode, wall_time_to_timestamp) {
  EXPECT_EQ(timestamp_from({1'500'000'000}), (Timestamp{1, 500'000'000}));
  EXPECT_EQ(timestamp_from({-1}), (Timestamp{-1, 999'999'999}));
  EXPECT_EQ(timestamp_from({-1'000'000'000}), (Timestamp{-1, 0}));
}

}  // namespace
}  // namespace firn::dfs

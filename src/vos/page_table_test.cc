// Tests of the page table.
#include "vos/page_table.h"

#include <gtest/gtest.h>

#include "base/buffer.h"
#include "base/endian.h"

namespace firn::vos {
namespace {

Buffer image_of(const PageTable& table, uint32_t chunk) {
  Buffer image(kPageTableChunkBytes);
  table.chunk_image(chunk, image.bytes());
  return image;
}

TEST(PageTable, remembers_places_and_gives_back_old_blocks) {
  PageTable table;
  const PageId page = table.allocate_id();
  EXPECT_EQ(table.find(page), std::nullopt);
  EXPECT_EQ(table.set(page, {.block = BlockIndex{8}, .checksum = 0xabcdef12}), std::nullopt);
  EXPECT_EQ(table.find(page), (PageTable::Place{BlockIndex{8}, 0xcdef12}));
  EXPECT_EQ(table.set(page, {.block = BlockIndex{12}, .checksum = 1}), BlockIndex{8});
  EXPECT_EQ(table.page_count(), 1u);
  EXPECT_EQ(table.clear(page), BlockIndex{12});
  EXPECT_EQ(table.clear(page), std::nullopt);
  EXPECT_EQ(table.page_count(), 0u);
}

TEST(PageTable, loaded_table_is_the_stored_one_and_reuses_free_ids) {
  PageTable table;
  const uint64_t count = 2 * kPageTableChunkEntries + 1;
  for (uint64_t i = 1; i <= count; i++) {
    const PageId page = table.allocate_id();
    ASSERT_EQ(page.value, i);
    if (i % 3 != 0) table.set(page, {.block = BlockIndex{i * 4}, .checksum = static_cast<uint32_t>(i)});
  }
  ASSERT_EQ(table.chunk_count(), 3u);
  PageTable loaded;
  for (uint32_t chunk : {2, 0, 1})
    ASSERT_TRUE(loaded.load_chunk(chunk, image_of(table, chunk).bytes()).has_value());
  loaded.finish_loading();
  EXPECT_EQ(loaded.page_count(), table.page_count());
  for (uint64_t i = 1; i <= count; i++) EXPECT_EQ(loaded.find(PageId{i}), table.find(PageId{i}));
  EXPECT_EQ(loaded.allocate_id(), PageId{3});
  EXPECT_EQ(loaded.allocate_id(), PageId{6});
  for (uint32_t chunk = 0; chunk < 3; chunk++) EXPECT_FALSE(loaded.chunk_changed(chunk));
  loaded.clear(PageId{kPageTableChunkEntries + 1});
  EXPECT_TRUE(loaded.chunk_changed(1));
  EXPECT_FALSE(loaded.chunk_changed(0));
}

TEST(PageTable, damaged_chunk_is_refused) {
  PageTable table;
  table.set(table.allocate_id(), {.block = BlockIndex{8}, .checksum = 5});
  Buffer image = image_of(table, 0);
  PageTable loaded;
  EXPECT_EQ(loaded.load_chunk(1, image.bytes()).error().code(), Code::corrupt);
  for (size_t at = 0; at < kPageTableChunkBytes; at += 61) {
    image.data()[at] ^= std::byte{0x10};
    EXPECT_EQ(loaded.load_chunk(0, image.bytes()).error().code(), Code::corrupt);
    image.data()[at] ^= std::byte{0x10};
  }
  EXPECT_TRUE(loaded.load_chunk(0, image.bytes()).has_value());
}

}  // namespace
}  // namespace firn::vos

// Tests of allocation, strings and scatter lists.
#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>
#include <gurt/common.h>

namespace {

TEST(Memory, macros_allocate_zeroed_memory_and_free_forgets_it) {
  uint64_t* numbers = nullptr;
  D_ALLOC_ARRAY(numbers, 16);
  ASSERT_NE(numbers, nullptr);
  for (int index = 0; index < 16; ++index) EXPECT_EQ(numbers[index], 0u);
  D_FREE(numbers);
  EXPECT_EQ(numbers, nullptr);
  D_FREE(numbers);
}

TEST(Memory, realloc_moves_and_zeroes_what_is_new) {
  unsigned char* old_bytes = nullptr;
  unsigned char* bytes = nullptr;
  D_ALLOC_NZ(old_bytes, 4);
  memset(old_bytes, 7, 4);
  D_REALLOC(bytes, old_bytes, 4, 4096);
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(old_bytes, nullptr);
  EXPECT_EQ(bytes[3], 7);
  for (int index = 4; index < 4096; ++index) ASSERT_EQ(bytes[index], 0);
  D_FREE(bytes);
}

TEST(Memory, aligned_memory_is_aligned) {
  char* page = nullptr;
  D_ALIGNED_ALLOC(page, 4096, 8192);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(page) % 4096, 0u);
  EXPECT_EQ(page[8191], 0);
  D_FREE(page);
}

TEST(Memory, texts_are_copied_and_made) {
  char* copy = nullptr;
  D_STRNDUP(copy, "container", 4);
  EXPECT_STREQ(copy, "cont");
  D_FREE(copy);
  D_ASPRINTF(copy, "%s-%d", "pool", 7);
  EXPECT_STREQ(copy, "pool-7");
  D_FREE(copy);
  EXPECT_EQ(d_asprintf(&copy, "%03d", 5), 3);
  EXPECT_STREQ(copy, "005");
  D_FREE(copy);
}

TEST(Memory, string_buffer_grows_and_keeps_what_it_has) {
  d_string_buffer_t text{};
  for (int number = 0; number < 500; ++number) ASSERT_EQ(d_write_string_buffer(&text, "%d,", number % 10), 0);
  EXPECT_EQ(text.str_size, 1000u);
  EXPECT_EQ(strlen(text.str), 1000u);
  EXPECT_EQ(strncmp(text.str, "0,1,2,", 6), 0);
  d_free_string(&text);
  EXPECT_EQ(text.str, nullptr);
}

TEST(Memory, scatter_list_is_made_measured_and_freed) {
  d_sg_list_t list{};
  ASSERT_EQ(d_sgl_init(&list, 2), 0);
  for (unsigned index = 0; index < 2; ++index) d_iov_set(&list.sg_iovs[index], d_calloc(1, 100), 100);
  EXPECT_EQ(d_sgl_buf_size(&list), 200u);
  d_sgl_fini(&list, true);
  EXPECT_EQ(list.sg_iovs, nullptr);
  EXPECT_EQ(d_sgl_buf_size(&list), 0u);
  d_sgl_fini(nullptr, true);
  ASSERT_EQ(d_sgl_init(&list, 0), 0);
  EXPECT_EQ(list.sg_iovs, nullptr);
}

}  // namespace

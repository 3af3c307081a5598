// Chains of segments, whole and damaged.
#include "vos/blob.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "runtime/blocking_run.h"
#include "vos/crash_device_test.h"

namespace firn::vos {
namespace {

constexpr BlobIdentity kIdentity = {BlobKind::free_list, Uuid{{4, 5, 6}}, 12};

class BlobTest : public testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime.executor(), std::move(task));
  }
  static std::string text_of(size_t length) {
    Rng rng(3);
    std::string text(length, '\0');
    for (char& c : text) c = static_cast<char>(rng.next());
    return text;
  }
  // Only every other block is free.
  static FreeList fragmented() {
    std::vector<BlockRange> holes;
    for (uint64_t block = 3; block < 1000; block += 2) holes.push_back({block, 1});
    return FreeList(holes);
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium medium{4 << 20};
  CrashDevice device{runtime.executor(), medium, plan};
};

TEST_F(BlobTest, comes_back_from_one_or_many_pieces) {
  for (const bool in_pieces : {false, true}) {
    for (const size_t length : {0ul, 1ul, 4032ul, 4033ul, 100'000ul}) {
      Space space(1024, 0, in_pieces ? fragmented() : FreeList({{2, 1022}}));
      const std::string text = text_of(length);
      const auto runs = allocate_blob(space, length);
      ASSERT_TRUE(runs.has_value());
      EXPECT_EQ(runs->size() > 1, in_pieces && length > 4032);
      EXPECT_GE(blob_capacity(*runs), length);
      const auto ref = run(write_blob(device, kIdentity, text, *runs));
      ASSERT_TRUE(ref.has_value());
      const auto back = run(read_blob(device, kIdentity, *ref));
      ASSERT_TRUE(back.has_value()) << back.error().message();
      EXPECT_EQ(back->bytes, text);
      EXPECT_EQ(back->runs, *runs);
      for (const auto& r : *runs) space.abandon(r);
    }
  }
}

TEST_F(BlobTest, too_little_space_changes_nothing) {
  Space space(1024, 0, fragmented());
  const auto before = space.free_ranges();
  const auto runs = allocate_blob(space, 4 << 20);
  ASSERT_FALSE(runs.has_value());
  EXPECT_EQ(runs.error().code(), Code::no_space);
  EXPECT_EQ(space.free_ranges(), before);
}

TEST_F(BlobTest, any_damaged_byte_is_found) {
  Space space(1024, 0, fragmented());
  const std::string text = text_of(9000);
  const auto runs = allocate_blob(space, text.size());
  const auto ref = run(write_blob(device, kIdentity, text, *runs));
  for (size_t i = 0; i < runs->size(); i++) {
    const uint64_t start = (*runs)[i].first.value * kBlockBytes;
    const uint64_t used = i + 1 < runs->size() ? kBlockBytes : 9000 - 2 * 4032 + 64;
    for (uint64_t at = start; at < start + used; at += at < start + 70 ? 1 : 97) {
      medium.current[at] ^= std::byte{4};
      const auto back = run(read_blob(device, kIdentity, *ref));
      ASSERT_FALSE(back.has_value()) << at;
      EXPECT_EQ(back.error().code(), Code::corrupt);
      EXPECT_NE(back.error().message().find("free list"), std::string::npos);
      medium.current[at] ^= std::byte{4};
    }
  }
}

TEST_F(BlobTest, of_another_kind_store_or_checkpoint_is_refused) {
  Space space(1024, 0);
  const auto runs = allocate_blob(space, 100);
  const auto ref = run(write_blob(device, kIdentity, text_of(100), *runs));
  BlobIdentity other = kIdentity;
  other.kind = BlobKind::root;
  EXPECT_FALSE(run(read_blob(device, other, *ref)).has_value());
  other = kIdentity;
  other.checkpoint++;
  EXPECT_FALSE(run(read_blob(device, other, *ref)).has_value());
  other = kIdentity;
  other.store.bytes[0]++;
  EXPECT_FALSE(run(read_blob(device, other, *ref)).has_value());
}

TEST_F(BlobTest, references_to_nowhere_are_refused) {
  Space space(1024, 0);
  const auto runs = allocate_blob(space, 100);
  const auto good = run(write_blob(device, kIdentity, text_of(100), *runs));
  BlobRef more = *good;
  more.segments++;
  BlobRef longer = *good;
  longer.bytes++;
  BlobRef endless = {good->block, UINT64_MAX, UINT32_MAX, 0};
  for (const BlobRef ref : {BlobRef{}, BlobRef{1, 10, 1, 0}, BlobRef{3, 10, 1, 0}, BlobRef{1024, 10, 1, 0},
                            BlobRef{UINT64_MAX, 10, 1, 0}, more, longer, endless}) {
    const auto back = run(read_blob(device, kIdentity, ref));
    ASSERT_FALSE(back.has_value());
    EXPECT_EQ(back.error().code(), Code::corrupt);
  }
}

}  // namespace
}  // namespace firn::vos

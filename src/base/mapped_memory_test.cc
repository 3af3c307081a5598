// Memory of the kernel: where it lies, and whose it is.
#include "base/mapped_memory.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/slab.h"

namespace firn {
namespace {

TEST(MappedMemory, is_aligned_and_all_of_it_usable) {
  for (const size_t alignment : {size_t{4096}, size_t{65536}, size_t{2} << 20}) {
    for (const size_t count : {1, 3}) {
      MappedMemory memory(count * alignment, alignment);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.data()) % alignment, 0u);
      ASSERT_EQ(memory.bytes().size(), count * alignment);
      memory.bytes().front() = std::byte{1};
      memory.bytes().back() = std::byte{2};
    }
  }
}

TEST(MappedMemory, moves_and_does_not_overlap_others) {
  std::vector<MappedMemory> all;
  for (int i = 0; i < 20; i++) {
    all.emplace_back(8192).bytes()[0] = std::byte(i);
    all.back().bytes()[8191] = std::byte(i);
  }
  MappedMemory taken = std::move(all[3]);
  all.erase(all.begin() + 3);
  EXPECT_EQ(taken.bytes()[8191], std::byte{3});
  EXPECT_EQ(all[3].bytes()[0], std::byte{4});
  all[3] = std::move(taken);
  EXPECT_EQ(all[3].bytes()[0], std::byte{3});
  EXPECT_EQ(MappedMemory().size(), 0u);
}

TEST(Slab, is_aligned_to_its_size) {
  std::vector<Slab> slabs(3);
  for (Slab& slab : slabs) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(slab.data()) % Slab::kBytes, 0u);
    slab.data()[Slab::kBytes - 1] = std::byte{1};
  }
}

}  // namespace
}  // namespace firn

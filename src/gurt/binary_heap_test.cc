// Tests of the binary heap.
#include <vector>

#include <gtest/gtest.h>
#include <gurt/heap.h>

namespace {

struct Entry {
  d_binheap_node node{};
  int value = 0;
};

int value_of(d_binheap_node* node) { return reinterpret_cast<Entry*>(node)->value; }
bool before(d_binheap_node* left, d_binheap_node* right) { return value_of(left) < value_of(right); }
int refuse_negative(d_binheap*, d_binheap_node* node) { return value_of(node) < 0 ? -DER_INVAL : 0; }

class BinaryHeap : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(d_binheap_create(0, 0, nullptr, &ops, &heap), 0); }
  void TearDown() override { d_binheap_destroy(heap); }
  d_binheap_ops ops{.hop_enter = refuse_negative, .hop_exit = nullptr, .hop_compare = before};
  d_binheap* heap = nullptr;
};

TEST_F(BinaryHeap, roots_come_in_order) {
  std::vector<Entry> entries(1000);
  for (int index = 0; index < 1000; ++index) {
    entries[index].value = index * 617 % 1000;
    ASSERT_EQ(d_binheap_insert(heap, &entries[index].node), 0);
  }
  EXPECT_EQ(d_binheap_size(heap), 1000);
  for (int expected = 0; expected < 1000; ++expected) {
    ASSERT_EQ(value_of(d_binheap_root(heap)), expected);
    ASSERT_EQ(value_of(d_binheap_remove_root(heap)), expected);
  }
  EXPECT_TRUE(d_binheap_is_empty(heap));
  EXPECT_EQ(d_binheap_remove_root(heap), nullptr);
}

TEST_F(BinaryHeap, any_node_can_be_taken_out) {
  std::vector<Entry> entries(100);
  for (int index = 0; index < 100; ++index) {
    entries[index].value = index;
    ASSERT_EQ(d_binheap_insert(heap, &entries[index].node), 0);
  }
  for (int index = 0; index < 100; index += 2) d_binheap_remove(heap, &entries[index].node);
  for (int expected = 1; expected < 100; expected += 2) {
    ASSERT_EQ(value_of(d_binheap_remove_root(heap)), expected);
  }
}

TEST_F(BinaryHeap, refused_node_does_not_enter) {
  Entry entry{.value = -1};
  EXPECT_EQ(d_binheap_insert(heap, &entry.node), -DER_INVAL);
  EXPECT_TRUE(d_binheap_is_empty(heap));
  EXPECT_EQ(d_binheap_size(nullptr), -DER_INVAL);
}

}  // namespace

// Tests of the inline lists.
#include <vector>

#include <gtest/gtest.h>
#include <gurt/common.h>
#include <gurt/list.h>

namespace {

struct Item {
  int number = 0;
  d_list_t link{};
};

class List : public testing::Test {
 protected:
  List() {
    D_INIT_LIST_HEAD(&head);
    for (int index = 0; index < 4; ++index) items[index].number = index + 1;
  }
  std::vector<int> numbers(d_list_t& list) const {
    std::vector<int> found;
    Item* item = nullptr;
    d_list_for_each_entry(item, &list, link) found.push_back(item->number);
    return found;
  }
  d_list_t head{};
  Item items[4];
};

using Numbers = std::vector<int>;

TEST_F(List, is_added_to_at_both_ends) {
  EXPECT_TRUE(d_list_empty(&head));
  d_list_add_tail(&items[1].link, &head);
  d_list_add_tail(&items[2].link, &head);
  d_list_add(&items[0].link, &head);
  EXPECT_EQ(numbers(head), Numbers({1, 2, 3}));
  EXPECT_FALSE(d_list_empty_careful(&head));
}

TEST_F(List, entries_move_and_leave) {
  for (Item& item : items) d_list_add_tail(&item.link, &head);
  d_list_move(&items[3].link, &head);
  d_list_move_tail(&items[0].link, &head);
  EXPECT_EQ(numbers(head), Numbers({4, 2, 3, 1}));
  d_list_del_init(&items[1].link);
  EXPECT_TRUE(d_list_empty(&items[1].link));
  EXPECT_EQ(numbers(head), Numbers({4, 3, 1}));
}

TEST_F(List, splice_puts_one_before_the_other) {
  D_LIST_HEAD(other);
  d_list_add_tail(&items[2].link, &head);
  d_list_add_tail(&items[0].link, &other);
  d_list_add_tail(&items[1].link, &other);
  d_list_splice_init(&other, &head);
  EXPECT_EQ(numbers(head), Numbers({1, 2, 3}));
  EXPECT_TRUE(d_list_empty(&other));
  d_list_splice(&other, &head);
  EXPECT_EQ(numbers(head), Numbers({1, 2, 3}));
}

TEST_F(List, loops_go_both_ways_and_allow_removal) {
  for (Item& item : items) d_list_add_tail(&item.link, &head);
  Numbers backwards;
  Item* item = nullptr;
  Item* next = nullptr;
  d_list_for_each_entry_reverse(item, &head, link) backwards.push_back(item->number);
  EXPECT_EQ(backwards, Numbers({4, 3, 2, 1}));
  d_list_for_each_entry_safe(item, next, &head, link) {
    if (item->number % 2 == 0) d_list_del_init(&item->link);
  }
  EXPECT_EQ(numbers(head), Numbers({1, 3}));
  item = d_list_pop_entry(&head, Item, link);
  EXPECT_EQ(item, &items[0]);
}

TEST(HashList, nodes_know_whether_they_are_in_a_list) {
  D_HLIST_HEAD(head);
  d_hlist_node_t nodes[3]{};
  EXPECT_TRUE(d_hlist_empty(&head));
  d_hlist_add_head(&nodes[1], &head);
  d_hlist_add_before(&nodes[0], &nodes[1]);
  d_hlist_add_after(&nodes[2], &nodes[1]);
  EXPECT_EQ(head.first, &nodes[0]);
  EXPECT_EQ(nodes[1].next, &nodes[2]);
  d_hlist_del_init(&nodes[1]);
  EXPECT_TRUE(d_hlist_unhashed(&nodes[1]));
  EXPECT_EQ(nodes[0].next, &nodes[2]);
  d_hlist_del(&nodes[0]);
  EXPECT_EQ(head.first, &nodes[2]);
}

}  // namespace

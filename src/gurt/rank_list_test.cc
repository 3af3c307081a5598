// Tests of lists of ranks.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <gurt/common.h>

namespace {

struct Free {
  void operator()(d_rank_list_t* list) const { d_rank_list_free(list); }
};
using List = std::unique_ptr<d_rank_list_t, Free>;

List list_of(std::vector<uint32_t> ranks) {
  return List(uint32_array_to_rank_list(ranks.data(), ranks.size()));
}

std::vector<uint32_t> ranks_of(const List& list) { return {list->rl_ranks, list->rl_ranks + list->rl_nr}; }

using Ranks = std::vector<uint32_t>;

TEST(RankList, new_list_counts_up) {
  EXPECT_EQ(ranks_of(List(d_rank_list_alloc(3))), Ranks({0, 1, 2}));
  EXPECT_EQ(List(d_rank_list_alloc(0))->rl_nr, 0u);
  d_rank_list_free(nullptr);
}

TEST(RankList, copies_are_their_own) {
  const List source = list_of({5, 1, 5, 3});
  d_rank_list_t* copy = nullptr;
  ASSERT_EQ(d_rank_list_dup(&copy, source.get()), 0);
  const List held(copy);
  held->rl_ranks[0] = 9;
  EXPECT_EQ(ranks_of(source), Ranks({5, 1, 5, 3}));
  ASSERT_EQ(d_rank_list_dup_sort_uniq(&copy, source.get()), 0);
  EXPECT_EQ(ranks_of(List(copy)), Ranks({1, 3, 5}));
  ASSERT_EQ(d_rank_list_copy(held.get(), source.get()), 0);
  EXPECT_TRUE(d_rank_list_identical(held.get(), source.get()));
  ASSERT_EQ(d_rank_list_dup(&copy, nullptr), 0);
  EXPECT_EQ(copy, nullptr);
}

TEST(RankList, finds_ranks) {
  const List list = list_of({4, 8, 15});
  int index = -1;
  EXPECT_TRUE(d_rank_list_find(list.get(), 8, &index));
  EXPECT_EQ(index, 1);
  EXPECT_TRUE(d_rank_list_bsearch(list.get(), 15, &index));
  EXPECT_EQ(index, 2);
  EXPECT_FALSE(d_rank_list_bsearch(list.get(), 16, &index));
  EXPECT_FALSE(d_rank_in_rank_list(list.get(), 5));
  uint32_t position = 0;
  EXPECT_EQ(d_idx_in_rank_list(list.get(), 15, &position), 0);
  EXPECT_EQ(position, 2u);
  EXPECT_EQ(d_idx_in_rank_list(list.get(), 16, &position), -DER_NONEXIST);
}

TEST(RankList, adds_and_removes_ranks) {
  const List list = list_of({1, 2});
  EXPECT_EQ(d_rank_list_append(list.get(), 7), 0);
  EXPECT_EQ(d_rank_list_del(list.get(), 1), 0);
  EXPECT_EQ(d_rank_list_del(list.get(), 1), -DER_NONEXIST);
  EXPECT_EQ(ranks_of(list), Ranks({2, 7}));
  d_rank_list_del_at(list.get(), 5);  // there is none
  d_rank_list_del_at(list.get(), 0);
  EXPECT_EQ(ranks_of(list), Ranks({7}));
  EXPECT_EQ(d_rank_list_resize(list.get(), 2), 0);
  EXPECT_EQ(ranks_of(list), Ranks({7, 0}));
  EXPECT_EQ(d_rank_list_resize(list.get(), 0), 0);
  EXPECT_EQ(d_rank_list_append(list.get(), 3), 0);
  EXPECT_EQ(ranks_of(list), Ranks({3}));
}

TEST(RankList, sets_are_joined_and_cut) {
  const List set = list_of({3, 1});
  const List other = list_of({1, 2});
  EXPECT_EQ(d_rank_list_merge(set.get(), other.get()), 0);
  EXPECT_EQ(ranks_of(set), Ranks({3, 1, 2}));
  d_rank_list_filter(other.get(), set.get(), true);
  EXPECT_EQ(ranks_of(set), Ranks({3}));
  d_rank_list_filter(other.get(), set.get(), false);
  EXPECT_EQ(set->rl_nr, 0u);
}

TEST(RankList, order_matters_for_identity) {
  EXPECT_FALSE(d_rank_list_identical(list_of({1, 2}).get(), list_of({2, 1}).get()));
  EXPECT_FALSE(d_rank_list_identical(list_of({1, 2}).get(), list_of({1}).get()));
  EXPECT_FALSE(d_rank_list_identical(list_of({1}).get(), nullptr));
}

TEST(RankList, becomes_an_array) {
  uint32_t* numbers = nullptr;
  size_t count = 0;
  ASSERT_EQ(rank_list_to_uint32_array(list_of({6, 5}).get(), &numbers, &count), 0);
  EXPECT_EQ(Ranks(numbers, numbers + count), Ranks({6, 5}));
  d_free(numbers);
}

TEST(RankList, prints_runs_as_ranges) {
  const auto text_of = [](const List& list) {
    char* text = nullptr;
    EXPECT_EQ(d_rank_list_to_str(list.get(), &text), 0);
    const std::string copy = text;
    d_free(text);
    return copy;
  };
  EXPECT_EQ(text_of(list_of({5, 0, 2, 3, 4, 9})), "0,2-5,9");
  EXPECT_EQ(text_of(list_of({4294967295u, 0})), "0,4294967295");
  EXPECT_EQ(text_of(list_of({})), "");
}

}  // namespace

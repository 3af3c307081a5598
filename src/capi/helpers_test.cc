// Small functions that ask nobody: ranks from text, epochs as time, filters of containers.
#include <cstdlib>

#include <daos_api.h>
#include <daos_pool.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gurt/common.h>

namespace {

using testing::ElementsAre;

TEST(RankText, is_a_list_with_a_separator) {
  d_rank_list_t* const list = daos_rank_list_parse("3::0::17", "::");
  ASSERT_NE(list, nullptr);
  EXPECT_THAT(std::vector<d_rank_t>(list->rl_ranks, list->rl_ranks + list->rl_nr), ElementsAre(3, 0, 17));
  d_rank_list_free(list);
  for (const char* text : {"", "1:", ":1", "1:x", "1: 2", "-1", "4294967296"}) {
    EXPECT_EQ(daos_rank_list_parse(text, ":"), nullptr) << text;
  }
  EXPECT_EQ(daos_rank_list_parse("1", ""), nullptr);
  EXPECT_EQ(daos_rank_list_parse(nullptr, ":"), nullptr);
}

TEST(EpochTime, counts_from_2021) {
  time_t seconds = 0;
  EXPECT_EQ(daos_hlc2timestamp(0, &seconds), 0);
  EXPECT_EQ(seconds, 1609459200);
  timespec time{};
  EXPECT_EQ(daos_hlc2timespec(d_nsec2hlc(2'000'000'005), &time), 0);
  EXPECT_EQ(time.tv_sec, 1609459202);
  EXPECT_EQ(time.tv_nsec, 5);
  EXPECT_EQ(daos_hlc2timestamp(0, nullptr), -DER_INVAL);
  EXPECT_EQ(daos_hlc2timespec(0, nullptr), -DER_INVAL);
}

daos_pool_cont_filter_part_t* part(uint32_t func, uint32_t key) {
  auto* const made =
      static_cast<daos_pool_cont_filter_part_t*>(calloc(1, sizeof(daos_pool_cont_filter_part_t)));
  made->pcfp_func = func;
  made->pcfp_key = key;
  return made;
}

TEST(ContainerFilter, owns_a_bounded_number_of_parts) {
  daos_pool_cont_filter_t filter;
  ASSERT_EQ(daos_pool_cont_filter_init(&filter, PCF_COMBINE_LOGICAL_OR), 0);
  for (int count = 0; count < DAOS_POOL_CONT_FILTER_MAX_NPARTS; ++count) {
    EXPECT_EQ(daos_pool_cont_filter_add(&filter, part(PCF_FUNC_GE, PCF_KEY_NUM_SNAPSHOTS)), 0);
  }
  daos_pool_cont_filter_part_t* const refused = part(PCF_FUNC_EQ, PCF_KEY_MD_OTIME);
  EXPECT_EQ(daos_pool_cont_filter_add(&filter, refused), -DER_OVERFLOW);
  daos_pool_cont_filter_fini(&filter);
  EXPECT_EQ(filter.pcf_nparts, 0u);
  free(refused);
}

TEST(ContainerFilter, refuses_what_it_does_not_know) {
  daos_pool_cont_filter_t filter;
  EXPECT_EQ(daos_pool_cont_filter_init(&filter, PCF_COMBINE_LOGICAL_OR + 1), -DER_INVAL);
  EXPECT_EQ(daos_pool_cont_filter_init(nullptr, PCF_COMBINE_LOGICAL_AND), -DER_INVAL);
  ASSERT_EQ(daos_pool_cont_filter_init(&filter, PCF_COMBINE_LOGICAL_AND), 0);
  for (const auto& [func, key] :
       {std::pair(PCF_FUNC_MAX + 0, PCF_KEY_MD_OTIME + 0), {PCF_FUNC_EQ, PCF_KEY_MAX}}) {
    daos_pool_cont_filter_part_t* const refused =
        part(static_cast<uint32_t>(func), static_cast<uint32_t>(key));
    EXPECT_EQ(daos_pool_cont_filter_add(&filter, refused), -DER_INVAL);
    free(refused);
  }
  EXPECT_EQ(daos_pool_cont_filter_add(&filter, nullptr), -DER_INVAL);
  daos_pool_cont_filter_fini(&filter);
  daos_pool_cont_filter_fini(nullptr);
}

}  // namespace

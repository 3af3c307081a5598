// What is remembered of requests, and what is forgotten.
#include "vos/request_table.h"

#include <gtest/gtest.h>

namespace firn::vos {
namespace {

RequestId request(uint64_t client, uint64_t sequence) {
  return {ClientId{client}, RequestSequence{sequence}};
}

TEST(RequestTable, the_tail_of_a_group_is_forgotten) {
  RequestTable table;
  table.remember(request(1, 1), Epoch{10}, PgIndex{1});
  table.remember(request(1, 2), Epoch{20}, PgIndex{1});
  table.remember(request(1, 3), Epoch{21}, PgIndex{2});
  table.remember(request(2, 4), Epoch{22}, PgIndex{1});
  table.remember(request(2, 5), Epoch{30}, PgIndex{1});
  table.forget_tail(PgIndex{1}, Epoch{10}, Epoch{25}, {Epoch{22}});
  EXPECT_TRUE(table.find(request(1, 1)).has_value());
  EXPECT_FALSE(table.find(request(1, 2)).has_value());
  EXPECT_FALSE(table.is_stale(request(1, 2))) << "it may be carried out again";
  EXPECT_TRUE(table.find(request(1, 3)).has_value());
  EXPECT_TRUE(table.find(request(2, 4)).has_value());
  EXPECT_TRUE(table.find(request(2, 5)).has_value());
  EXPECT_EQ(table.request_count(), 4u);
}

TEST(RequestTable, remembers_each_request_once_in_any_order) {
  RequestTable table;
  table.remember(request(1, 5), Epoch{50}, PgIndex{0});
  table.remember(request(1, 3), Epoch{30}, PgIndex{0});
  table.remember(request(2, 3), Epoch{31}, PgIndex{0});
  table.remember(request(1, 3), Epoch{99}, PgIndex{0});
  EXPECT_EQ(table.find(request(1, 3)), Epoch{30});
  EXPECT_EQ(table.find(request(1, 5)), Epoch{50});
  EXPECT_EQ(table.find(request(2, 3)), Epoch{31});
  EXPECT_EQ(table.find(request(1, 4)), std::nullopt);
  EXPECT_EQ(table.find(request(3, 3)), std::nullopt);
  for (const uint64_t sequence : {3, 5}) EXPECT_FALSE(table.is_new(request(1, sequence)));
  for (const uint64_t sequence : {2, 4, 6}) EXPECT_TRUE(table.is_new(request(1, sequence)));
  EXPECT_TRUE(table.is_new(request(3, 3)));
}

TEST(RequestTable, refusals_are_remembered_but_not_part_of_checkpoints) {
  RequestTable table;
  table.remember_refusal(request(1, 2), fail(Code::exists, "the dkey exists"));
  table.remember(request(1, 3), Epoch{30}, PgIndex{0});
  EXPECT_EQ(table.find(request(1, 2)), std::nullopt);
  ASSERT_NE(table.find_refusal(request(1, 2)), nullptr);
  EXPECT_EQ(table.find_refusal(request(1, 2))->code(), Code::exists);
  EXPECT_EQ(table.find_refusal(request(1, 3)), nullptr);
  RequestTable loaded;
  ASSERT_TRUE(loaded.decode(table.encode()).has_value());
  EXPECT_EQ(loaded.find_refusal(request(1, 2)), nullptr);
  EXPECT_EQ(loaded.find(request(1, 3)), Epoch{30});
  table.forget_below(ClientId{1}, RequestSequence{3});
  EXPECT_EQ(table.find_refusal(request(1, 2)), nullptr);
}

TEST(RequestTable, requests_without_identity_are_not_remembered) {
  RequestTable table;
  table.remember(request(1, 0), Epoch{50}, PgIndex{0});
  EXPECT_EQ(table.find(request(1, 0)), std::nullopt);
  EXPECT_FALSE(table.is_stale(request(1, 0)));
  EXPECT_EQ(table.client_count(), 0u);
}

TEST(RequestTable, late_duplicates_of_completed_requests_are_stale) {
  RequestTable table;
  for (uint64_t i = 1; i <= 5; i++) table.remember(request(1, i), Epoch{i}, PgIndex{0});
  table.forget_below(ClientId{1}, RequestSequence{4});
  EXPECT_EQ(table.find(request(1, 3)), std::nullopt);
  EXPECT_TRUE(table.is_stale(request(1, 3)));
  EXPECT_FALSE(table.is_new(request(1, 3)));
  EXPECT_FALSE(table.is_stale(request(1, 4)));
  EXPECT_EQ(table.find(request(1, 4)), Epoch{4});
  table.remember(request(1, 2), Epoch{9}, PgIndex{0});
  EXPECT_EQ(table.find(request(1, 2)), std::nullopt);
  table.forget_below(ClientId{1}, RequestSequence{2});
  EXPECT_TRUE(table.is_stale(request(1, 3)));
}

TEST(RequestTable, forgets_the_client_that_was_quiet_for_longest) {
  RequestTable table;
  for (uint64_t i = 1; i <= RequestTable::kClientsMax; i++)
    table.remember(request(i, 1), Epoch{i}, PgIndex{0});
  table.remember(request(1, 2), Epoch{7}, PgIndex{0});
  table.remember(request(1'000'000, 1), Epoch{8}, PgIndex{0});
  EXPECT_EQ(table.client_count(), RequestTable::kClientsMax);
  EXPECT_EQ(table.find(request(1, 1)), Epoch{1});
  EXPECT_EQ(table.find(request(2, 1)), std::nullopt);
}

TEST(RequestTable, of_one_client_the_oldest_become_stale) {
  RequestTable table;
  const uint64_t last = RequestTable::kRequestsPerClientMax + 3;
  for (uint64_t i = 1; i <= last; i++) table.remember(request(1, i), Epoch{i}, PgIndex{0});
  EXPECT_EQ(table.request_count(), RequestTable::kRequestsPerClientMax);
  EXPECT_TRUE(table.is_stale(request(1, 3)));
  EXPECT_EQ(table.find(request(1, 4)), Epoch{4});
}

TEST(RequestTable, is_bounded_in_all) {
  RequestTable table;
  for (uint64_t client = 1; client <= 100; client++) {
    for (uint64_t i = 1; i <= 1000; i++) table.remember(request(client, i), Epoch{i}, PgIndex{0});
  }
  EXPECT_LE(table.request_count(), RequestTable::kRequestsMax);
  EXPECT_EQ(table.find(request(100, 1)), Epoch{1});
}

TEST(RequestTable, survives_encoding_with_the_order_of_its_clients) {
  RequestTable table;
  for (uint64_t i = 1; i <= RequestTable::kClientsMax; i++)
    table.remember(request(i, i), Epoch{i * 10}, PgIndex{0});
  table.forget_below(ClientId{5}, RequestSequence{77});
  RequestTable back;
  ASSERT_TRUE(back.decode(table.encode()).has_value());
  EXPECT_EQ(back.encode(), table.encode());
  EXPECT_TRUE(back.is_stale(request(5, 76)));
  EXPECT_EQ(back.find(request(6, 6)), Epoch{60});
  back.remember(request(9'999'999, 1), Epoch{1}, PgIndex{0});
  EXPECT_EQ(back.find(request(1, 1)), std::nullopt);
  EXPECT_EQ(back.find(request(2, 2)), Epoch{20});
}

TEST(RequestTable, refuses_bytes_that_are_not_a_table) {
  RequestTable table;
  table.remember(request(1, 1), Epoch{10}, PgIndex{0});
  table.remember(request(1, 2), Epoch{20}, PgIndex{0});
  const std::string good = table.encode();
  for (size_t length = 0; length < good.size(); length++) {
    RequestTable back;
    back.remember(request(7, 7), Epoch{7}, PgIndex{0});
    EXPECT_FALSE(back.decode(std::string_view(good).substr(0, length)).has_value());
    EXPECT_EQ(back.find(request(7, 7)), Epoch{7});
  }
  RequestTable back;
  EXPECT_FALSE(back.decode(good + '\0').has_value());
  std::string swapped = good;
  swapped[32] = 3;  // the first sequence
  EXPECT_FALSE(back.decode(swapped).has_value());
}

}  // namespace
}  // namespace firn::vos

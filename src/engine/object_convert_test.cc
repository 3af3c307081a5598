// Messages that no version of ours sends are refused; long lists are cut.
#include "engine/object_convert.h"

#include <gtest/gtest.h>

#include "model/wire.h"

namespace firn::engine {
namespace {

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code{} : result.error().code();
}

TEST(ObjectConvert, carries_everything_over) {
  UpdateRequest request;
  request.address.pg = PgIndex{3};
  request.address.object = {1, 2};
  request.dkey = "d";
  request.conditions = Condition::dkey_insert;
  request.items.emplace_back().akey = "a";
  const RequestOrigin origin{{ClientId{7}, RequestSequence{9}}, RequestSequence{8}};
  const auto update = to_store(request, origin);
  ASSERT_TRUE(update);
  EXPECT_EQ(update->object.pg, PgIndex{3});
  EXPECT_EQ(update->object.object, (ObjectId{1, 2}));
  EXPECT_EQ(update->dkey, "d");
  EXPECT_EQ(update->items.size(), 1u);
  EXPECT_EQ(update->conditions, Condition::dkey_insert);
  EXPECT_EQ(update->request, origin.request);
  EXPECT_EQ(update->completed_below, origin.completed_below);
}

TEST(ObjectConvert, refuses_values_that_do_not_exist) {
  UpdateRequest update;
  update.conditions = static_cast<Condition>(1 << 20);
  EXPECT_EQ(code_of(to_store(update, {})), Code::invalid);
  update = {};
  update.items.emplace_back().kind = static_cast<ValueKind>(2);
  EXPECT_EQ(code_of(to_store(update, {})), Code::invalid);
  FetchRequest fetch;
  fetch.items.emplace_back().recxs = {{0, 1}};
  EXPECT_EQ(code_of(to_store(fetch)), Code::invalid);
  ListRequest list;
  list.level = 4;
  EXPECT_EQ(code_of(to_store(list)), Code::invalid);
}

TEST(ObjectConvert, a_long_list_is_cut_and_not_at_its_end) {
  vos::ListResult result;
  result.end = true;
  result.keys.assign(4096, Key(2048, 'k'));
  const ListReply reply = to_message(std::move(result));
  EXPECT_FALSE(reply.end);
  EXPECT_GT(reply.keys.size(), 100u);
  EXPECT_LT(encode(reply).size(), kListBytesMax + 4096);
}

TEST(ObjectConvert, a_short_list_is_whole) {
  vos::ListResult result;
  result.end = true;
  result.keys = {"a", "b"};
  result.extents = {{{1, 2}, Epoch{3}}};
  const ListReply reply = to_message(std::move(result));
  EXPECT_TRUE(reply.end);
  EXPECT_EQ(reply.keys, (std::vector<Key>{"a", "b"}));
  ASSERT_EQ(reply.extents.size(), 1u);
  EXPECT_EQ(reply.extents[0].epoch, Epoch{3});
}

}  // namespace
}  // namespace firn::engine

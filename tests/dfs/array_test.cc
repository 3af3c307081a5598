// What files rely on of the array layout of the client: cells other than bytes, chunks larger than a request,
// what a read says of the end.
#include "client/array.h"

#include <gtest/gtest.h>

#include "cluster.h"
#include "model/limits.h"
#include "model/object_id.h"

namespace firn::dfs {
namespace {

class Array : public testing::Test {
 protected:
  client::Array make(uint64_t cell_bytes, uint64_t chunk_cells) {
    const ObjectId id =
        make_object_id({.hi = 7, .lo = 1'000'000}, ObjectType::array_byte, kClassSX, Cluster::kTargets);
    return {user.object(id), cell_bytes, chunk_cells};
  }
  MutableBytes room(std::string& text) { return {reinterpret_cast<std::byte*>(text.data()), text.size()}; }

  Cluster cluster;
  User& user = cluster.add_user();
};

TEST_F(Array, chunk_larger_than_a_request) {
  const uint64_t bytes = kRequestDataBytesMax + 100'000;
  client::Array array = make(1, bytes * 2);
  std::string text(bytes, '\0');
  for (size_t i = 0; i < text.size(); i++) text[i] = static_cast<char>(i * 31 >> 7);
  user.ok(array.write(5, bytes, {as_bytes(text)}));
  EXPECT_EQ(user.ok(array.size()), bytes + 5);
  std::string read(bytes, '?');
  EXPECT_EQ(user.ok(array.read(5, bytes, {room(read)})), bytes + 5);
  EXPECT_TRUE(read == text);
}

TEST_F(Array, reading_tells_where_the_data_ends) {
  client::Array array = make(4, 10);
  std::string read(400, '?');
  EXPECT_EQ(user.ok(array.read(3, 100, {room(read)})), 3u);
  EXPECT_EQ(read, std::string(400, '\0'));
  user.ok(array.write(8, 4, {as_bytes("aaaabbbbccccdddd")}));
  EXPECT_EQ(user.ok(array.read(0, 100, {room(read)})), 12u);
  EXPECT_EQ(read.substr(28, 24), std::string(4, '\0') + "aaaabbbbccccdddd" + std::string(4, '\0'));
  EXPECT_EQ(user.ok(array.read(20, 100, {room(read)})), 20u);
  EXPECT_EQ(user.ok(array.size()), 12u);
}

TEST_F(Array, stat_knows_the_newest_write_of_all_groups) {
  client::Array array = make(1, 10);
  EXPECT_EQ(user.ok(array.stat()).newest, kEpochNone);
  Epoch last;
  for (const uint64_t chunk : {0, 1, 2, 1, 0}) {
    cluster.world().run_for(10ms);
    user.ok(array.write(chunk * 10, 3, {as_bytes("abc")}));
    const Epoch newest = user.ok(array.stat()).newest;
    EXPECT_GT(newest, last);
    last = newest;
  }
  EXPECT_EQ(user.ok(array.stat()).cells, 23u);
}

}  // namespace
}  // namespace firn::dfs

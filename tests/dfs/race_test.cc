// Several users at the same names at the same time. Each race is run with many seeds, which draw the delays
// of messages, and with the racers' starts shifted against each other. What must hold: who is told he won has
// won, and alone; what nobody removed is there; no two names lead to one object.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "cluster.h"
#include "runtime/when_all.h"

namespace firn::dfs {
namespace {

constexpr int kRounds = 60;

// One directory, and what its users made of it.
class Race : public testing::Test {
 protected:
  // A racer that starts a random while later.
  template <class T>
  Pending<T> later(User& racer, Task<Result<T>> task) {
    cluster.world().run_for(Duration(static_cast<int64_t>(cluster.world().rng().below(400'000))));
    return racer.begin(std::move(task));
  }
  // A directory for each round.
  Node arena() { return user.make_directory(user.root(), "arena" + std::to_string(arenas++)); }
  // Every name with what can be read under it; fails the test if two of them are one object.
  std::map<std::string, std::string> contents(const Node& directory) {
    std::map<std::string, std::string> found;
    std::map<ObjectId, std::string> objects;
    for (const std::string& name : user.names(directory)) {
      const Node node = user.ok(user->lookup_in(directory, name));
      EXPECT_TRUE(objects.emplace(node.object, name).second) << name << " and " << objects[node.object];
      found[name] = node.type == NodeType::file ? user.read(node) : "(directory)";
    }
    return found;
  }
  using Contents = std::map<std::string, std::string>;

  Cluster cluster{17};
  User& user = cluster.add_user();
  User& other = cluster.add_user();
  int arenas = 0;
};

TEST_F(Race, one_of_two_exclusive_creates_wins) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    auto mine = user.begin(user->create(directory, "name", {.exclusive = true}));
    auto theirs = later(other, other->create(directory, "name", {.exclusive = true}));
    const bool won = mine.code() == Code{};
    EXPECT_EQ(theirs.code(), won ? Code::exists : Code{});
    const Node winner = won ? *mine.result() : *theirs.result();
    EXPECT_EQ(user.ok(user->lookup_in(directory, "name")).object, winner.object);
  }
}

TEST_F(Race, file_directory_and_symlink_race_for_a_name) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    auto file = user.begin(user->create(directory, "name", {.exclusive = true}));
    auto sub = other.begin(other->make_directory(directory, "name", {}));
    auto link = user.begin(user->make_symlink(directory, "name", "target", {}));
    const int winners = (file.code() == Code{}) + (sub.code() == Code{}) + (link.code() == Code{});
    EXPECT_EQ(winners, 1);
  }
}

TEST_F(Race, all_creators_that_are_not_exclusive_open_one_file) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    auto first = user.begin(user->create(directory, "name", {}));
    auto second = later(other, other->create(directory, "name", {}));
    auto third = user.begin(user->create(directory, "name", {}));
    ASSERT_TRUE(first.result() && second.result() && third.result());
    EXPECT_EQ(first.result()->object, second.result()->object);
    EXPECT_EQ(first.result()->object, third.result()->object);
  }
}

Task<Result<void>> create_many(FileSystem* fs, Node directory, std::string prefix, int count) {
  std::vector<Task<Result<Node>>> creates;
  for (int i = 0; i < count; i++) {
    creates.push_back(fs->create(directory, prefix + std::to_string(i), {.exclusive = true}));
  }
  auto results = co_await when_all(std::move(creates));
  for (auto& result : results) FIRN_CO_CHECK(std::move(result));
  co_return Result<void>();
}

TEST_F(Race, a_thousand_names_at_once_in_one_directory) {
  const Node directory = arena();
  auto mine = user.begin(create_many(user.operator->(), directory, "mine", 500));
  auto theirs = other.begin(create_many(other.operator->(), directory, "theirs", 500));
  ASSERT_TRUE(mine.result());
  ASSERT_TRUE(theirs.result());
  EXPECT_EQ(contents(directory).size(), 1000u);
}

TEST_F(Race, one_of_two_unlinks_wins) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "name");
    auto mine = user.begin(user->unlink(directory, "name"));
    auto theirs = later(other, other->unlink(directory, "name"));
    const bool won = mine.code() == Code{};
    EXPECT_EQ(theirs.code(), won ? Code::not_found : Code{});
    EXPECT_TRUE(user.names(directory).empty());
  }
}

TEST_F(Race, one_of_two_renames_of_a_file_wins) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "job", "work");
    auto mine = user.begin(user->rename(directory, "job", directory, "mine"));
    auto theirs = later(other, other->rename(directory, "job", directory, "theirs"));
    const bool won = mine.code() == Code{};
    EXPECT_EQ(theirs.code(), won ? Code::not_found : Code{});
    EXPECT_EQ(contents(directory), (Contents{{won ? "mine" : "theirs", "work"}}));
  }
}

TEST_F(Race, renames_that_lose_give_back_what_they_replaced) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "job", "work");
    user.create(directory, "mine", "old mine");
    user.ok(user->set_xattr(user.create(directory, "theirs", "old theirs"), "a", "1", {}));
    auto mine = user.begin(user->rename(directory, "job", directory, "mine"));
    auto theirs = later(other, other->rename(directory, "job", directory, "theirs"));
    const bool won = mine.code() == Code{};
    EXPECT_EQ(theirs.code(), won ? Code::not_found : Code{});
    EXPECT_EQ(contents(directory), won ? (Contents{{"mine", "work"}, {"theirs", "old theirs"}})
                                       : (Contents{{"mine", "old mine"}, {"theirs", "work"}}));
    const Node node = user.ok(user->lookup_in(directory, "theirs"));
    EXPECT_EQ(user.ok(user->list_xattrs(node)),
              won ? std::vector<std::string>{"a"} : std::vector<std::string>{});
  }
}

TEST_F(Race, the_same_rename_twice_keeps_the_file) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "old", "work");
    if (round % 2 == 0) user.create(directory, "new", "replaced");
    auto mine = user.begin(user->rename(directory, "old", directory, "new"));
    auto theirs = later(other, other->rename(directory, "old", directory, "new"));
    EXPECT_TRUE(mine.code() == Code{} || mine.code() == Code::not_found);
    EXPECT_TRUE(theirs.code() == Code{} || theirs.code() == Code::not_found);
    EXPECT_TRUE(mine.code() == Code{} || theirs.code() == Code{});
    EXPECT_EQ(contents(directory), (Contents{{"new", "work"}}));
  }
}

TEST_F(Race, rename_against_unlink_of_the_source) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "old", "work");
    auto renamed = user.begin(user->rename(directory, "old", directory, "new"));
    auto unlinked = later(other, other->unlink(directory, "old"));
    const bool won = renamed.code() == Code{};
    EXPECT_EQ(unlinked.code(), won ? Code::not_found : Code{});
    EXPECT_EQ(contents(directory), won ? (Contents{{"new", "work"}}) : Contents{});
  }
}

TEST_F(Race, rename_against_unlink_of_the_target) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "old", "work");
    user.create(directory, "new", "replaced");
    auto renamed = user.begin(user->rename(directory, "old", directory, "new"));
    auto unlinked = later(other, other->unlink(directory, "new"));
    EXPECT_EQ(renamed.code(), Code{});
    EXPECT_EQ(unlinked.code(), Code{});
    // Either was first.
    const Contents found = contents(directory);
    EXPECT_TRUE(found.empty() || found == (Contents{{"new", "work"}}));
  }
}

TEST_F(Race, two_files_renamed_to_one_name) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "one", "1");
    user.create(directory, "two", "2");
    if (round % 2 == 0) user.create(directory, "new", "replaced");
    auto first = user.begin(user->rename(directory, "one", directory, "new"));
    auto second = later(other, other->rename(directory, "two", directory, "new"));
    EXPECT_EQ(first.code(), Code{});
    EXPECT_EQ(second.code(), Code{});
    const Contents found = contents(directory);
    EXPECT_TRUE(found == (Contents{{"new", "1"}}) || found == (Contents{{"new", "2"}}));
  }
}

// The data of a file that moved away must not be taken for that of the one that is unlinked.
TEST_F(Race, unlink_removes_the_data_of_what_it_unlinked) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "name", "first");
    auto unlinked = user.begin(user->unlink(directory, "name"));
    auto rotate = [](FileSystem* fs, Node in) -> Task<Result<void>> {
      FIRN_CO_CHECK(co_await fs->rename(in, "name", in, "kept"));
      FIRN_CO_TRY(const Node file, co_await fs->create(in, "name", {}));
      co_return co_await fs->write(file, 0, {as_bytes("second")});
    };
    auto rotated = later(other, rotate(other.operator->(), directory));
    EXPECT_EQ(unlinked.code(), Code{});
    const bool moved = rotated.code() == Code{};
    const Contents found = contents(directory);
    if (moved)
      EXPECT_EQ(found.at("kept"), "first");
    else
      EXPECT_EQ(found, Contents{});
  }
}

// Two names exchanged by two renames: anything but a loss. Both may be refused.
TEST_F(Race, renames_in_opposite_directions_lose_nothing) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "a", "A");
    user.create(directory, "b", "B");
    auto mine = user.begin(user->rename(directory, "a", directory, "b"));
    auto theirs = later(other, other->rename(directory, "b", directory, "a"));
    const int won = (mine.code() == Code{}) + (theirs.code() == Code{});
    const Contents found = contents(directory);
    for (const auto& [name, text] : found) EXPECT_TRUE(text == "A" || text == "B") << name << ": " << text;
    EXPECT_GE(found.size(), 1u);
    if (won == 0) EXPECT_EQ(found.size(), 2u);
  }
}

TEST_F(Race, directory_is_replaced_only_while_empty) {
  int replaced_count = 0;
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.make_directory(directory, "old");
    const Node target = user.make_directory(directory, "new");
    auto renamed = user.begin(user->rename(directory, "old", directory, "new"));
    auto created = later(other, other->create(target, "file", {}));
    EXPECT_EQ(created.code(), Code{});
    const bool won = renamed.code() == Code{};
    const Node now = user.ok(user->lookup_in(directory, "new"));
    if (won) {
      EXPECT_NE(now.object, target.object);
      replaced_count++;
    } else {
      EXPECT_EQ(renamed.code(), Code::not_empty);
      EXPECT_EQ(now.object, target.object);
      EXPECT_EQ(user.names(now), std::vector<std::string>{"file"});
      EXPECT_TRUE(user.ok(user->lookup_in(directory, "old")).type == NodeType::directory);
    }
  }
  EXPECT_LT(replaced_count, kRounds);
}

// A directory in which an entry was made before the removal looked a second time is there again.
TEST_F(Race, directory_is_removed_only_while_empty) {
  int kept = 0;
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    const Node target = user.make_directory(directory, "sub");
    auto removed = user.begin(user->remove_directory(directory, "sub"));
    auto created = later(other, other->create(target, "file", {}));
    EXPECT_EQ(created.code(), Code{});
    if (removed.code() == Code{}) {
      EXPECT_TRUE(user.names(directory).empty());
    } else {
      EXPECT_EQ(removed.code(), Code::not_empty);
      EXPECT_EQ(user.names(user.ok(user->lookup_in(directory, "sub"))), std::vector<std::string>{"file"});
      kept++;
    }
  }
  EXPECT_GT(kept, 0);
}

// Within one directory somebody who looks finds the old name or the new one.
TEST_F(Race, a_name_is_there_at_any_time_of_a_rename) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    user.create(directory, "old", "work");
    if (round % 2 == 0) user.create(directory, "new", "replaced");
    auto renamed = user.begin(user->rename(directory, "old", directory, "new"));
    while (!renamed.ended()) {
      const bool old_there = other.code(other->lookup_in(directory, "old")) == Code{};
      // The old one was gone when it was looked for, so the new one must be there by now.
      const bool new_there = other.code(other->lookup_in(directory, "new")) == Code{};
      ASSERT_TRUE(old_there || new_there);
      if (round % 2 == 0) ASSERT_TRUE(new_there);
    }
    EXPECT_EQ(renamed.code(), Code{});
  }
}

TEST_F(Race, published_file_is_seen_whole_or_not_at_all) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    if (round % 2 == 0) user.create(directory, "name", "old content");
    auto make = [](FileSystem* fs, Node in) -> Task<Result<void>> {
      FIRN_CO_TRY(const Node file, co_await fs->prepare_file(in, {}));
      FIRN_CO_CHECK(co_await fs->write(file, 0, {as_bytes("new content")}));
      FIRN_CO_CHECK(co_await fs->publish(file, in, "name", {}, {}));
      co_return Result<void>();
    };
    auto published = user.begin(make(user.operator->(), directory));
    while (!published.ended()) {
      const auto found = other.run(other->lookup_in(directory, "name"));
      ASSERT_TRUE(found.has_value() || round % 2 != 0);
      // The data of a replaced file may go between the look at its name and the read.
      const std::string content = found ? other.read(*found) : "new content";
      ASSERT_TRUE(content == "new content" || content == "old content" || content.empty());
      if (found && content.empty())
        ASSERT_NE(other.ok(other->lookup_in(directory, "name")).object, found->object);
    }
    EXPECT_EQ(published.code(), Code{});
    EXPECT_EQ(contents(directory), (Contents{{"name", "new content"}}));
  }
}

TEST_F(Race, one_of_two_exclusive_publications_wins) {
  for (int round = 0; round < kRounds; round++) {
    const Node directory = arena();
    const Node mine = user.ok(user->prepare_file(directory, {}));
    const Node theirs = other.ok(other->prepare_file(directory, {}));
    auto first = user.begin(user->publish(mine, directory, "name", {.exclusive = true}, {}));
    auto second = later(other, other->publish(theirs, directory, "name", {.exclusive = true}, {}));
    const bool won = first.code() == Code{};
    EXPECT_EQ(second.code(), won ? Code::exists : Code{});
    EXPECT_EQ(user.ok(user->lookup_in(directory, "name")).object, won ? mine.object : theirs.object);
  }
}

}  // namespace
}  // namespace firn::dfs

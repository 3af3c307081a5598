// A user or the server that loses power in the middle of an operation, at every moment of it: what others
// find then, and that a repeat completes.
#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "cluster.h"

namespace firn::dfs {
namespace {

using Names = std::vector<std::string>;

constexpr Duration kStep = 15us;

class Crash : public testing::Test {
 protected:
  // Starts an operation again and again, each time in a directory of its own, and lets its user crash a
  // little later than the time before; until one ends before the crash. After each crash `check` looks at
  // what is left.
  void crash_at_every_moment(const std::function<void(Node)>& prepare,
                             const std::function<Pending<void>(Node)>& start,
                             const std::function<void(Node)>& check) {
    bool ended = false;
    for (int moment = 0; !ended; moment++) {
      ASSERT_LT(moment, 1000);
      const Node directory = witness.make_directory(witness.root(), "moment" + std::to_string(moment));
      prepare(directory);
      auto operation = start(directory);
      cluster.world().run_for(moment * kStep);
      ended = operation.ended();
      victim.crash();
      ASSERT_TRUE(victim.mount());
      // What the dead user's messages still do, they do soon.
      cluster.world().run_for(10ms);
      SCOPED_TRACE("moment " + std::to_string(moment));
      check(directory);
      moments = moment;
    }
  }
  std::string content(const Node& directory, const std::string& name) {
    return witness.read(witness.ok(witness->lookup_in(directory, name)));
  }

  Cluster cluster{23};
  User& victim = cluster.add_user();
  User& witness = cluster.add_user();
  int moments = 0;
};

TEST_F(Crash, rename_leaves_a_name_and_a_repeat_completes) {
  int both = 0;
  crash_at_every_moment(
      [&](const Node& directory) {
        witness.create(directory, "old", "work");
        witness.create(directory, "new", "replaced");
      },
      [&](const Node& directory) { return victim.begin(victim->rename(directory, "old", directory, "new")); },
      [&](const Node& directory) {
        const Names names = witness.names(directory);
        const std::string found = content(directory, "new");
        EXPECT_TRUE(found == "work" || found == "replaced");
        if (names.size() == 2) {
          EXPECT_EQ(content(directory, "old"), "work");
          both += found == "work";
          witness.ok(witness->rename(directory, "old", directory, "new"));
        }
        EXPECT_EQ(witness.names(directory), Names{"new"});
        EXPECT_EQ(content(directory, "new"), "work");
      });
  EXPECT_GT(both, 0);  // the state in between was met
}

TEST_F(Crash, rename_across_directories) {
  Node target;
  crash_at_every_moment(
      [&](const Node& directory) {
        witness.create(directory, "file", "work");
        target = witness.make_directory(directory, "target");
      },
      [&](const Node& directory) { return victim.begin(victim->rename(directory, "file", target, "file")); },
      [&](const Node& directory) {
        const auto moved = witness.run(witness->rename(directory, "file", target, "file"));
        EXPECT_TRUE(moved || moved.error().code() == Code::not_found);
        EXPECT_EQ(witness.names(directory), Names{"target"});
        EXPECT_EQ(content(target, "file"), "work");
      });
}

TEST_F(Crash, unlink_leaves_the_whole_file_or_no_name) {
  crash_at_every_moment(
      [&](const Node& directory) { witness.create(directory, "file", "work"); },
      [&](const Node& directory) { return victim.begin(victim->unlink(directory, "file")); },
      [&](const Node& directory) {
        if (witness.names(directory).empty()) return;
        EXPECT_EQ(content(directory, "file"), "work");
        witness.ok(witness->unlink(directory, "file"));
      });
}

TEST_F(Crash, publish_leaves_the_old_file_or_the_new_one) {
  auto make = [](FileSystem* fs, Node in) -> Task<Result<void>> {
    FIRN_CO_TRY(const Node file, co_await fs->prepare_file(in, {}));
    FIRN_CO_CHECK(co_await fs->write(file, 0, {as_bytes("new")}));
    FIRN_CO_CHECK(co_await fs->publish(file, in, "file", {}, {}));
    co_return Result<void>();
  };
  crash_at_every_moment(
      [&](const Node& directory) { witness.create(directory, "file", "old"); },
      [&](const Node& directory) { return victim.begin(make(victim.operator->(), directory)); },
      [&](const Node& directory) {
        const std::string found = content(directory, "file");
        EXPECT_TRUE(found == "old" || found == "new");
      });
}

TEST_F(Crash, format_can_be_repeated) {
  for (int moment = 0;; moment++) {
    ASSERT_LT(moment, 1000);
    const std::string label = "fs" + std::to_string(moment);
    auto formatting = victim.begin(FileSystem::format(cluster.make_container(victim, label), {}));
    cluster.world().run_for(moment * 5 * kStep);
    const bool ended = formatting.ended();
    victim.crash();
    ASSERT_TRUE(victim.mount());
    cluster.world().run_for(10ms);
    auto container = witness.ok(witness.container().pool().open_container(label));
    const Code again = witness.code(FileSystem::format(container, {}));
    EXPECT_TRUE(again == Code{} || again == Code::exists);
    const auto mounted = witness.ok(FileSystem::mount(container, {}));
    witness.ok(mounted->create(mounted->root(), "file", {}));
    if (ended) break;
  }
}

// The server crashes and comes back while a user works: he notices nothing but the delay.
TEST_F(Crash, of_the_server_loses_nothing) {
  auto work = [](FileSystem* fs, Node in) -> Task<Result<void>> {
    for (int i = 0; i < 20; i++) {
      const std::string name = std::to_string(i);
      FIRN_CO_TRY(const Node file, co_await fs->create(in, name, {.exclusive = true}));
      FIRN_CO_CHECK(co_await fs->write(file, 0, {as_bytes(name)}));
      FIRN_CO_CHECK(co_await fs->rename(in, name, in, "n" + name));
    }
    co_return Result<void>();
  };
  for (int round = 0; round < 5; round++) {
    const Node directory = witness.make_directory(witness.root(), "round" + std::to_string(round));
    auto working = victim.begin(work(victim.operator->(), directory));
    for (int i = 0; i < 3; i++) {
      cluster.world().run_for(3ms);
      cluster.crash_server();
    }
    EXPECT_EQ(working.code(), Code{});
    EXPECT_EQ(witness.names(directory).size(), 20u);
    for (int i = 0; i < 20; i++) {
      EXPECT_EQ(content(directory, "n" + std::to_string(i)), std::to_string(i));
    }
  }
}

}  // namespace
}  // namespace firn::dfs

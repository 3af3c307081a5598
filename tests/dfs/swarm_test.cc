// Two users who create, publish, rename and unlink at random among a few names. When all is quiet, no file
// has two names and every name leads to the whole content of a file; but for the races that
// docs/formats/dfs.md leaves to transactions: what somebody does with the new name of a rename that is about
// to lose its old one. They are counted and have to be rare even here, where every operation meets another.
//
// FIRN_SIM_SEEDS: how many seeds (default 100). FIRN_SEED: only that one.
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "cluster.h"

namespace firn::dfs {
namespace {

constexpr int kUsers = 2;
constexpr int kSteps = 50;
constexpr uint64_t kNames = 4;

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What the users did, as far as they were told.
struct Tally {
  int made = 0;
  int removed_or_replaced = 0;  // at most
  std::vector<std::string> surprises;
};

struct Work {
  FileSystem* fs;
  std::vector<Node> directories;
  Rng rng;
  std::string user;
  Tally* tally;
  int files = 0;
};

Task<Result<void>> make_file(Work* work, Node directory, std::string name, bool exclusive) {
  const std::string content = work->user + std::to_string(work->files++) + ".";
  FIRN_CO_TRY(const Node file, co_await work->fs->prepare_file(directory, {}));
  FIRN_CO_CHECK(co_await work->fs->write(file, 0, {as_bytes(content)}));
  auto published = co_await work->fs->publish(file, directory, name, {.exclusive = exclusive}, {});
  if (!published) co_return std::move(published).error();
  work->tally->made++;
  if (!exclusive) work->tally->removed_or_replaced++;
  co_return Result<void>();
}

Task<Result<void>> step(Work* work) {
  Rng& rng = work->rng;
  const Node from = work->directories[rng.below(work->directories.size())];
  const Node to = work->directories[rng.below(work->directories.size())];
  const std::string name = "name" + std::to_string(rng.below(kNames));
  const std::string other = "name" + std::to_string(rng.below(kNames));
  const uint64_t what = rng.below(10);
  if (what < 3) co_return co_await make_file(work, from, name, what != 0);
  if (what == 3) {
    FIRN_CO_CHECK(co_await work->fs->unlink(from, name));
    work->tally->removed_or_replaced++;
    co_return Result<void>();
  }
  if (what == 4) {
    FIRN_CO_TRY(const Node node, co_await work->fs->lookup_in(from, name));
    co_return co_await work->fs->set_attributes(node, {.mode = static_cast<uint32_t>(rng.below(0777))});
  }
  FIRN_CO_CHECK(co_await work->fs->rename(from, name, to, other));
  work->tally->removed_or_replaced++;
  co_return Result<void>();
}

Task<Result<void>> run_steps(Work* work) {
  for (int i = 0; i < kSteps; i++) {
    const auto result = co_await step(work);
    if (result) continue;
    const Code code = result.error().code();
    if (code == Code::not_found || code == Code::exists || code == Code::busy) continue;
    work->tally->surprises.push_back(result.error().message());
  }
  co_return Result<void>();
}

// What is there in the end.
struct Findings {
  int files = 0;
  int twins = 0;  // further names of one file
  int empty = 0;  // names of files that have lost their content
};

void check_files(User& user, const std::vector<Node>& directories, Findings& findings) {
  std::set<ObjectId> objects;
  std::set<std::string> contents;
  for (const Node& directory : directories) {
    for (const std::string& name : user.names(directory)) {
      const Node file = user.ok(user->lookup_in(directory, name));
      findings.twins += !objects.insert(file.object).second;
      const std::string content = user.read(file);
      findings.empty += content.empty();
      const bool whole = content.empty() || (content.starts_with("user") && content.ends_with("."));
      EXPECT_TRUE(whole) << name << " has the content " << content;
    }
  }
  findings.files += static_cast<int>(objects.size());
}

void run_seed(uint64_t seed, const sim::WorldOptions& options, Findings& findings) {
  SCOPED_TRACE("FIRN_SEED=" + std::to_string(seed));
  Cluster cluster(seed, {}, options);
  std::vector<User*> users;
  for (int i = 0; i < kUsers; i++) users.push_back(&cluster.add_user());
  User& first = *users[0];
  const std::vector<Node> directories{first.make_directory(first.root(), "one"),
                                      first.make_directory(first.root(), "two")};
  Tally tally;
  Rng rng(seed);
  std::vector<Work> works;
  for (int i = 0; i < kUsers; i++) {
    works.push_back(
        {users[i]->operator->(), directories, rng.fork(), "user" + std::to_string(i) + "-", &tally});
  }
  std::vector<Pending<void>> running;
  for (int i = 0; i < kUsers; i++) running.push_back(users[i]->begin(run_steps(&works[i])));
  for (auto& each : running) EXPECT_TRUE(each.result());
  for (const std::string& surprise : tally.surprises) ADD_FAILURE() << surprise;
  cluster.world().heal();
  const int before = findings.files;
  check_files(first, directories, findings);
  const int files = findings.files - before;
  EXPECT_GE(files, tally.made - tally.removed_or_replaced);
  EXPECT_LE(files, tally.made);
}

// `options` gives the world of a seed. Returns how many operations were made.
template <class Options>
int run_seeds(Options options, Findings& findings) {
  if (const uint64_t seed = number_from_environment("FIRN_SEED", 0)) {
    run_seed(seed, options(seed), findings);
    return kUsers * kSteps;
  }
  const uint64_t seeds = number_from_environment("FIRN_SIM_SEEDS", 100);
  for (uint64_t seed = 1; seed <= seeds && !testing::Test::HasFailure(); seed++) {
    run_seed(seed, options(seed), findings);
  }
  return static_cast<int>(seeds) * kUsers * kSteps;
}

TEST(Swarm, of_users_keeps_names_and_files_together) {
  Findings findings;
  const int operations = run_seeds([](uint64_t) { return sim::WorldOptions(); }, findings);
  EXPECT_EQ(findings.twins, 0);
  EXPECT_LE(findings.empty, 1 + operations / 5000);
}

// Messages that are lost and sent again half a second later stretch every race.
TEST(Swarm, over_a_lossy_network) {
  Findings findings;
  const int operations = run_seeds(
      [](uint64_t seed) {
        sim::WorldOptions options = sim::WorldOptions::swarm(seed);
        options.disk = {};
        return options;
      },
      findings);
  EXPECT_LE(findings.twins, 1 + operations / 5000);
  EXPECT_LE(findings.empty, 1 + operations / 5000);
}

}  // namespace
}  // namespace firn::dfs

// Cluster: an engine with several targets and the users of one file system in it, each on a node of its own,
// in the simulated world: virtual time, messages that take a random while, one seed that decides everything.
// Tests are plain code: ok() and code() run the world until an operation has ended.
//
//   Cluster cluster(seed);
//   User& user = cluster.add_user();
//   const Node file = user.ok(user->create(user->root(), "notes", {}));
//   auto first = user.begin(user->unlink(root, "a"));     // several at the same time
//   auto second = other.begin(other->unlink(root, "a"));
//   EXPECT_TRUE(first.result().has_value() != second.result().has_value());
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "control/memory_meta_store.h"
#include "dfs/dfs.h"
#include "engine/engine.h"
#include "runtime/gate.h"
#include "sim/world.h"

namespace firn::dfs {

class Cluster;

// An operation that may still be under way.
template <class T>
class Pending {
 public:
  Pending(sim::World& world, std::shared_ptr<std::optional<Result<T>>> place)
      : world_(&world), place_(std::move(place)) {}
  bool ended() const { return place_->has_value(); }
  // Runs the world until it has ended.
  Result<T>& result() {
    if (!world_->run_until([&] { return ended(); }, 600s))
      throw std::runtime_error("an operation does not end");
    return **place_;
  }
  Code code() { return result() ? Code{} : result().error().code(); }

 private:
  sim::World* world_;
  std::shared_ptr<std::optional<Result<T>>> place_;
};

// A client and its mount, on a node of its own. A program of the world: what a kill leaves of it stays as it
// is.
class UserProgram final : public sim::NodeProgram {
 public:
  UserProgram(sim::NodeContext& context, std::string system_uri);
  ~UserProgram() override;
  Task<void> stop() override;

  Gate gate;
  client::Client client;
  std::shared_ptr<client::Container> container;
  std::unique_ptr<FileSystem> file_system;
};

class User {
 public:
  User(Cluster& cluster, sim::NodeIndex node) : cluster_(cluster), node_(node) {}

  FileSystem* operator->() { return program().file_system.get(); }
  client::Container& container() { return *program().container; }
  client::Object object(ObjectId id) { return container().open(id); }
  // Opens the container anew and mounts.
  Result<void> mount(MountOptions options = {});
  Code mount_code() {
    const auto mounted = mount();
    return mounted ? Code{} : mounted.error().code();
  }
  // The user's host loses power, and starts again with an empty memory.
  void crash();

  template <class T>
  Pending<T> begin(Task<Result<T>> task);
  // The result; not there within virtual ten minutes: the test fails.
  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return std::move(begin(std::move(task)).result());
  }
  // The value; an error fails the test.
  template <class T>
  T ok(Task<Result<T>> task) {
    auto result = run(std::move(task));
    if (!result) throw std::runtime_error(result.error().message());
    if constexpr (!std::is_void_v<T>) return *std::move(result);
  }
  // The error's code, or Code{} for success.
  template <class T>
  Code code(Task<Result<T>> task) {
    const auto result = run(std::move(task));
    return result ? Code{} : result.error().code();
  }

  // Shorthands.
  Node root() { return program().file_system->root(); }
  void write(Node file, uint64_t offset, std::string text);
  // At most `bytes_max` bytes.
  std::string read(Node file, uint64_t offset = 0, uint64_t bytes_max = 4096);
  Node create(Node parent, std::string name, std::string content = "");
  Node make_directory(Node parent, std::string name);
  // All names of the directory, in order; each is listed once.
  std::vector<std::string> names(Node directory, uint32_t entries_max = 1024);

 private:
  friend class Cluster;
  UserProgram& program();

  Cluster& cluster_;
  const sim::NodeIndex node_;
};

class Cluster {
 public:
  static constexpr uint32_t kTargets = 3;
  static constexpr char kPool[] = "tank";
  static constexpr char kContainer[] = "home";

  // With a pool, and in it a container with a file system.
  explicit Cluster(uint64_t seed = 1, FormatOptions format = {}, const sim::WorldOptions& options = {});
  // Mounts.
  User& add_user();
  // A container without a file system.
  std::shared_ptr<client::Container> make_container(User& user, std::string label,
                                                    std::vector<Property> properties = {});
  // The engine's host loses power and comes back.
  void crash_server();

  sim::World& world() { return world_; }

 private:
  friend class User;
  sim::NodeIndex add_node();
  User& add_unmounted_user();

  control::MemoryMetaStore meta_;  // outlives the world, like a disk
  sim::World world_;
  sim::NodeIndex server_;
  std::vector<std::unique_ptr<User>> users_;
};

namespace detail {
template <class T>
Task<void> keep_result(Task<Result<T>> task, std::shared_ptr<std::optional<Result<T>>> place) {
  place->emplace(co_await std::move(task));
}
}  // namespace detail

template <class T>
Pending<T> User::begin(Task<Result<T>> task) {
  auto place = std::make_shared<std::optional<Result<T>>>();
  UserProgram* const user = &program();
  auto work = detail::keep_result(std::move(task), place);
  cluster_.world().runtime(node_).executor().submit(
      [user, work = std::move(work)]() mutable { user->gate.spawn(std::move(work)); });
  return {cluster_.world(), std::move(place)};
}

}  // namespace firn::dfs

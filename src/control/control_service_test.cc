// The control service: what users see of pools and containers.
#include "control/control_service.h"

#include <set>

#include <gtest/gtest.h>

#include "control/fake_system_test.h"
#include "model/properties.h"

namespace firn::control {
namespace {

TEST(System, has_one_name_for_ever) {
  FakeSystem system;
  const SystemQueryReply before = ok(system.run(system.service->query_system()));
  system.restart();
  const SystemQueryReply after = ok(system.run(system.service->query_system()));
  EXPECT_EQ(before.system, after.system);
  EXPECT_FALSE(after.system.is_nil());
  ASSERT_EQ(after.engines.size(), 1u);
  EXPECT_EQ(after.engines[0].target_count, FakeTargets::kTargets);
}

TEST(Pool, create_makes_a_store_on_every_target) {
  FakeSystem system;
  const PoolInfo info = ok(system.create_pool("tank"));
  EXPECT_EQ(info.label, "tank");
  EXPECT_EQ(info.target_count, FakeTargets::kTargets);
  EXPECT_EQ(system.targets.stores.size(), FakeTargets::kTargets);
  EXPECT_EQ(info.capacity_bytes, system.targets.stores.begin()->second * FakeTargets::kTargets);
}

TEST(Pool, connect_gives_the_map_by_label_and_by_uuid) {
  FakeSystem system;
  const PoolInfo info = ok(system.create_pool("tank"));
  const PoolConnectReply by_label = ok(system.run(system.service->pools().connect({"tank"})));
  const PoolConnectReply by_uuid = ok(system.run(system.service->pools().connect({info.id.uuid.text()})));
  EXPECT_EQ(by_label.map.pool, info.id);
  EXPECT_EQ(by_label.map.pg_count(), info.pg_count);
  EXPECT_EQ(by_uuid.label, "tank");
  EXPECT_EQ(encode(by_label.map), encode(by_uuid.map));
  const auto missing = system.run(system.service->pools().connect({"pond"}));
  ASSERT_EQ(code_of(missing), Code::not_found);
  EXPECT_FALSE(missing.error().remedy().empty());
}

TEST(Pool, labels_are_unique_and_checked) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  EXPECT_EQ(code_of(system.create_pool("tank")), Code::exists);
  EXPECT_EQ(code_of(system.create_pool("a b")), Code::invalid);
  EXPECT_EQ(code_of(system.create_pool("")), Code::invalid);
  ok(system.create_pool("Tank"));
}

TEST(Pool, list_is_by_label_and_query_adds_up_the_space) {
  FakeSystem system;
  for (const auto* label : {"c", "a", "b"}) ok(system.create_pool(label));
  ok(system.create_container("b", "home"));
  const PoolListReply list = ok(system.run(system.service->pools().list()));
  ASSERT_EQ(list.pools.size(), 3u);
  EXPECT_EQ(list.pools[0].label, "a");
  EXPECT_EQ(list.pools[1].container_count, 1u);
  const PoolInfo info = ok(system.run(system.service->pools().query({"b"})));
  EXPECT_EQ(info.free_bytes, info.capacity_bytes / 2);
  EXPECT_EQ(info.container_count, 1u);
}

TEST(Pool, destroy_needs_recursive_if_there_are_containers) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  ok(system.create_container("tank", "home"));
  EXPECT_EQ(code_of(system.destroy_pool("tank")), Code::not_empty);
  EXPECT_EQ(system.targets.stores.size(), FakeTargets::kTargets);
  ok(system.destroy_pool("tank", true));
  EXPECT_TRUE(system.targets.stores.empty());
  EXPECT_TRUE(system.keys_left().empty()) << system.keys_left().front();
  EXPECT_EQ(code_of(system.destroy_pool("tank")), Code::not_found);
  ok(system.create_pool("tank"));
}

TEST(Pool, survives_a_restart) {
  FakeSystem system;
  const PoolInfo info = ok(system.create_pool("tank"));
  system.restart();
  const PoolInfo again = ok(system.run(system.service->pools().query({"tank"})));
  EXPECT_EQ(again.id, info.id);
  EXPECT_EQ(again.created, info.created);
}

TEST(Container, has_properties_with_defaults) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  const auto created = system.run(system.service->containers().create(
      {"tank", "home", {{"layout_type", "POSIX"}, {"chunk_size", "4M"}}}, {}));
  ASSERT_TRUE(created) << created.error().message();
  const ContainerInfo info = ok(system.run(system.service->containers().query({"tank", "home"})));
  EXPECT_EQ(info.id, created->id);
  EXPECT_EQ(*find_property(info.properties, property::kLayoutType), "posix");
  EXPECT_EQ(*find_property(info.properties, property::kChunkSize), "4194304");
  EXPECT_EQ(*find_property(info.properties, property::kObjectClass), "SX");
}

TEST(Container, labels_are_unique_within_their_pool_and_optional) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  ok(system.create_pool("pond"));
  ok(system.create_container("tank", "home"));
  EXPECT_EQ(code_of(system.create_container("tank", "home")), Code::exists);
  ok(system.create_container("pond", "home"));
  const ContainerInfo unnamed = ok(system.create_container("tank", ""));
  ok(system.create_container("tank", ""));
  const std::string uuid = unnamed.id.uuid.text();
  EXPECT_EQ(ok(system.run(system.service->containers().query({"tank", uuid}))).id, unnamed.id);
  EXPECT_EQ(code_of(system.run(system.service->containers().query({"pond", uuid}))), Code::not_found);
  const ContainerListReply list = ok(system.run(system.service->containers().list({"tank"})));
  ASSERT_EQ(list.containers.size(), 3u);
  EXPECT_EQ(list.containers[2].label, "home");
}

TEST(Container, label_may_come_as_a_property) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  const auto create = [&](std::string label, std::vector<Property> properties) {
    return system.run(
        system.service->containers().create({"tank", std::move(label), std::move(properties)}, {}));
  };
  EXPECT_EQ(ok(create("", {{"label", "home"}})).label, "home");
  EXPECT_EQ(code_of(create("work", {{"label", "play"}})), Code::invalid);
}

TEST(Container, set_properties_changes_some_and_renames) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  ok(system.create_container("tank", "home"));
  ok(system.create_container("tank", "work"));
  const auto set = [&](std::string name, std::vector<Property> properties) {
    return system.run(
        system.service->containers().set_properties({"tank", std::move(name), std::move(properties)}, {}));
  };
  const ContainerInfo changed = ok(set("home", {{"chunk_size", "2M"}, {"label", "house"}}));
  EXPECT_EQ(changed.label, "house");
  EXPECT_EQ(*find_property(changed.properties, property::kChunkSize), "2097152");
  EXPECT_EQ(*find_property(changed.properties, property::kLayoutType), "unknown");
  EXPECT_EQ(code_of(set("home", {})), Code::not_found);
  EXPECT_EQ(code_of(set("house", {{"label", "work"}})), Code::exists);
  EXPECT_EQ(code_of(set("house", {{"colour", "red"}})), Code::invalid);
  ok(system.create_container("tank", "home"));
}

TEST(Container, destroy_frees_the_label_at_once_and_the_objects_soon) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  const ContainerInfo home = ok(system.create_container("tank", "home"));
  ok(system.destroy_container("tank", "home"));
  EXPECT_EQ(code_of(system.destroy_container("tank", "home")), Code::not_found);
  ok(system.create_container("tank", "home"));
  system.runtime.executor().run();
  EXPECT_EQ(system.targets.removed.size(), FakeTargets::kTargets);
  EXPECT_EQ(system.targets.removed.begin()->first, home.id);
  EXPECT_EQ(ok(system.runtime.run(system.meta.list("container/"))).size(), 1u) << "only the new one";
}

TEST(Container, removal_of_objects_is_tried_again) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  ok(system.create_container("tank", "home"));
  system.steps = {.done = 0, .fail_at = 3};  // the two steps of the destroying commit pass
  ok(system.destroy_container("tank", "home"));
  system.runtime.executor().advance(500ms);
  EXPECT_TRUE(system.targets.removed.empty());
  system.steps = {};
  system.runtime.executor().advance(2s);
  EXPECT_EQ(system.targets.removed.size(), FakeTargets::kTargets);
}

TEST(ObjectNumbers, are_never_given_twice) {
  FakeSystem system;
  const PoolInfo pool = ok(system.create_pool("tank"));
  const ContainerInfo home = ok(system.create_container("tank", "home"));
  const auto allocate = [&](uint64_t count) {
    return system.run(system.service->containers().allocate_oids({pool.id, home.id, count}));
  };
  std::set<uint64_t> given;
  const auto expect_new = [&](uint64_t count) {
    const uint64_t first = ok(allocate(count)).first;
    for (uint64_t number = first; number < first + count; number++)
      EXPECT_TRUE(given.insert(number).second) << number;
  };
  for (const uint64_t count : {1ul, 10ul, 4000ul, 100ul, 10000ul, 5ul}) expect_new(count);
  system.restart();
  expect_new(5);
  EXPECT_FALSE(given.contains(0)) << "0 stands for no object";
  EXPECT_EQ(code_of(allocate(0)), Code::invalid);
  EXPECT_EQ(code_of(allocate(UINT64_MAX)), Code::invalid);
  ok(system.destroy_container("tank", "home"));
  EXPECT_EQ(code_of(allocate(1)), Code::not_found);
}

}  // namespace
}  // namespace firn::control

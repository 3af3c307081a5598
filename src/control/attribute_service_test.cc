// Attributes of pools and containers.
#include "control/attribute_service.h"

#include <gtest/gtest.h>

#include "control/fake_system_test.h"
#include "model/limits.h"

namespace firn::control {
namespace {

using Names = std::vector<std::string>;

struct Attributes : ::testing::Test {
  Attributes() {
    ok(system.create_pool("tank"));
    ok(system.create_container("tank", "home"));
  }
  AttributeService& service() { return system.service->attributes(); }
  Result<Empty> set(std::string container, std::vector<Attribute> attributes, Caller who = {}) {
    return system.run(service().set({"tank", std::move(container), std::move(attributes)}, who));
  }
  Result<Empty> remove(std::string container, Names names) {
    return system.run(service().remove({"tank", std::move(container), std::move(names)}, {}));
  }
  Result<AttributeGetReply> get(std::string container, Names names) {
    return system.run(service().get({"tank", std::move(container), std::move(names)}));
  }
  Names list(std::string container) {
    return ok(system.run(service().list({"tank", std::move(container)}))).names;
  }
  FakeSystem system;
};

TEST_F(Attributes, are_kept_apart_for_the_pool_and_each_container) {
  ok(set("", {{"colour", "grey"}}));
  ok(set("home", {{"colour", std::string("re\0d", 4)}, {"age", "7"}}));
  system.restart();
  EXPECT_EQ(list(""), Names({"colour"}));
  EXPECT_EQ(list("home"), Names({"age", "colour"}));
  EXPECT_EQ(ok(get("", {"colour"})).attributes[0].value, "grey");
  EXPECT_EQ(ok(get("home", {"colour"})).attributes[0].value, std::string("re\0d", 4));
}

TEST_F(Attributes, set_replaces_and_keeps_the_others) {
  ok(set("", {{"a", "1"}, {"b", "2"}}));
  ok(set("", {{"b", "3"}, {"c", "4"}}));
  const AttributeGetReply reply = ok(get("", {"c", "a", "b", "a", "d"}));
  ASSERT_EQ(reply.attributes.size(), 3u);
  EXPECT_EQ(reply.attributes[0].value, "4");
  EXPECT_EQ(reply.attributes[1].value, "1");
  EXPECT_EQ(reply.attributes[2].value, "3");
}

TEST_F(Attributes, get_and_delete_fail_only_if_none_is_there) {
  ok(set("home", {{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(code_of(get("home", {"x", "y"})), Code::not_found);
  EXPECT_EQ(code_of(remove("home", {"x"})), Code::not_found);
  ok(remove("home", {"x", "a"}));
  EXPECT_EQ(list("home"), Names({"b"}));
  ok(remove("home", {"b"}));
  EXPECT_TRUE(list("home").empty());
  EXPECT_EQ(code_of(get("home", {"b"})), Code::not_found);
}

TEST_F(Attributes, what_cannot_be_kept_is_refused_whole) {
  EXPECT_EQ(code_of(set("", {})), Code::invalid);
  EXPECT_EQ(code_of(set("", {{"", "1"}})), Code::invalid);
  EXPECT_EQ(code_of(set("", {{"a", "1"}, {"b", ""}})), Code::invalid);
  EXPECT_EQ(code_of(set("", {{"a", "1"}, {"a", "2"}})), Code::invalid);
  EXPECT_EQ(code_of(set("", {{std::string(kAttributeNameBytesMax + 1, 'n'), "1"}})), Code::name_too_long);
  ok(set("", {{std::string(kAttributeNameBytesMax, 'n'), "1"}}));
  const std::string large(kAttributesBytesMax - 1, 'v');
  EXPECT_EQ(code_of(set("", {{"a", large}})), Code::too_big);
  EXPECT_EQ(list("").size(), 1u);
  ok(set("home", {{"a", large}}));
  EXPECT_EQ(code_of(set("home", {{"b", "1"}})), Code::too_big);
}

TEST_F(Attributes, a_repeated_request_changes_nothing) {
  ok(set("", {{"a", "1"}}, FakeSystem::caller(5)));
  ok(set("", {{"a", "2"}}, FakeSystem::caller(6)));
  ok(set("", {{"a", "1"}}, FakeSystem::caller(5)));
  EXPECT_EQ(ok(get("", {"a"})).attributes[0].value, "2");
}

TEST_F(Attributes, go_with_what_they_belong_to) {
  ok(set("home", {{"a", "1"}}));
  ok(set("", {{"a", "1"}}));
  ok(system.destroy_container("tank", "home"));
  EXPECT_EQ(code_of(get("home", {"a"})), Code::not_found);
  ok(system.create_container("tank", "home"));
  EXPECT_TRUE(list("home").empty());
  ok(set("home", {{"a", "1"}}));
  ok(system.destroy_pool("tank", true));
  EXPECT_TRUE(system.keys_left().empty()) << system.keys_left().front();
}

}  // namespace
}  // namespace firn::control

// Who may connect, open and destroy, and changes of lists.
#include "control/access_service.h"

#include <gtest/gtest.h>

#include "control/fake_system_test.h"
#include "model/properties.h"

namespace firn::control {
namespace {

const Credential kAnn{"ann@", {"staff@"}};
const Credential kBob{"bob@", {"staff@"}};
const Credential kEve{"eve@", {"others@"}};

struct Access : ::testing::Test {
  Access() {
    PoolCreateRequest request;
    request.label = "tank";
    add_maker(request.properties, kAnn);
    ok(system.run(system.service->pools().create(std::move(request), {})));
    make_container("home", kAnn);
  }
  void make_container(std::string label, const Credential& maker) {
    ContainerCreateRequest request{.pool = "tank", .label = std::move(label)};
    add_maker(request.properties, maker);
    ok(system.run(system.service->containers().create(std::move(request), {})));
  }
  Result<PoolConnectReply> connect(bool write, std::optional<Credential> who) {
    return system.run(system.service->pools().connect({"tank", write, std::move(who)}));
  }
  Result<ContainerOpenReply> open(bool write, std::optional<Credential> who) {
    return system.run(system.service->access().open_container({"tank", "home", write, std::move(who)}));
  }
  Result<Empty> destroy(std::string container, std::optional<Credential> who) {
    return system.run(
        system.service->containers().destroy({"tank", std::move(container), std::move(who)}, {}));
  }
  Result<Empty> change(std::string container, AccessChange how, std::string text, Caller who = {}) {
    return system.run(
        system.service->access().change({"tank", std::move(container), how, std::move(text)}, who));
  }
  std::string list_of_container() {
    const auto info = ok(system.run(system.service->containers().query({"tank", "home"})));
    return *find_property(info.properties, property::kAcl);
  }
  FakeSystem system;
};

TEST_F(Access, default_lists_let_owner_and_group_in) {
  EXPECT_EQ(list_of_container(), kContainerAccessDefault);
  EXPECT_EQ(ok(connect(true, kAnn)).rights, right::kPool);
  ok(connect(true, kBob));
  EXPECT_EQ(code_of(connect(false, kEve)), Code::permission);
  EXPECT_EQ(ok(open(true, kAnn)).rights, right::kContainer);
  const Rights of_group = right::kRead | right::kWrite | right::kGetProperties | right::kSetProperties;
  EXPECT_EQ(ok(open(true, kBob)).rights, of_group);
  EXPECT_EQ(ok(open(false, kBob)).rights, right::kRead | right::kGetProperties);
  EXPECT_EQ(code_of(open(false, kEve)), Code::permission);
}

TEST_F(Access, without_credential_or_list_all_is_allowed) {
  EXPECT_EQ(ok(connect(true, {})).rights, right::kAll);
  EXPECT_EQ(ok(open(true, {})).rights, right::kAll);
  ok(system.create_pool("open"));
  EXPECT_EQ(ok(system.run(system.service->pools().connect({"open", true, kEve}))).rights, right::kAll);
}

TEST_F(Access, readers_cannot_write) {
  ok(change("", AccessChange::update, "A::eve@:r"));
  ok(change("home", AccessChange::update, "A::eve@:r"));
  EXPECT_EQ(ok(connect(false, kEve)).rights, right::kRead | right::kGetProperties);
  EXPECT_EQ(code_of(connect(true, kEve)), Code::permission);
  EXPECT_EQ(ok(open(false, kEve)).rights, right::kRead);
  EXPECT_EQ(code_of(open(true, kEve)), Code::permission);
}

TEST_F(Access, destroying_needs_the_right_in_pool_or_container) {
  ok(change("", AccessChange::overwrite, "A::OWNER@:rw,A::bob@:r,A::eve@:r"));
  EXPECT_EQ(code_of(destroy("home", kEve)), Code::permission);
  EXPECT_EQ(code_of(destroy("home", kBob)), Code::permission);
  ok(change("home", AccessChange::update, "A::bob@:d"));
  ok(destroy("home", kBob));
  make_container("other", kBob);
  ok(destroy("other", kAnn));  // the pool is hers
}

TEST_F(Access, lists_are_changed_and_survive) {
  ok(change("home", AccessChange::overwrite, "A::EVERYONE@:r,A::OWNER@:rw"));
  EXPECT_EQ(list_of_container(), "A::OWNER@:rw,A::EVERYONE@:r");
  ok(change("home", AccessChange::update, "A:G:ops@:r", FakeSystem::caller(5)));
  ok(change("home", AccessChange::remove, "EVERYONE@"));
  ok(change("home", AccessChange::update, "A:G:ops@:r", FakeSystem::caller(5)));
  system.restart();
  EXPECT_EQ(list_of_container(), "A::OWNER@:rw,A:G:ops@:r");
  EXPECT_EQ(code_of(change("home", AccessChange::remove, "EVERYONE@")), Code::not_found);
  EXPECT_EQ(code_of(change("home", AccessChange::update, "nonsense")), Code::invalid);
  EXPECT_EQ(code_of(change("home", AccessChange{9}, "")), Code::invalid);
  EXPECT_EQ(code_of(change("", AccessChange::update, "A::eve@:o")),
            Code::invalid);  // pools have no such right
}

}  // namespace
}  // namespace firn::control

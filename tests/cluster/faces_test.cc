// The programs `daos` and `dmg`: the field's commands on a system in a directory and on a server.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "process.h"

namespace firn::cluster {
namespace {

class Faces : public ::testing::Test {
 protected:
  Outcome daos(std::vector<std::string> arguments) { return run_program("daos", "-G", std::move(arguments)); }
  Outcome dmg(std::vector<std::string> arguments) { return run_program("dmg", "-l", std::move(arguments)); }

  // What a command answers in JSON; its envelope is checked.
  nlohmann::json response(const Outcome& outcome) {
    EXPECT_EQ(outcome.status, 0) << outcome.output << outcome.errors;
    auto answer = nlohmann::json::parse(outcome.output, nullptr, false);
    EXPECT_EQ(answer.value("status", -1), 0) << outcome.output;
    EXPECT_TRUE(answer.contains("error") && answer["error"].is_null()) << outcome.output;
    return answer["response"];
  }
  void expect_unsupported(const Outcome& outcome, const std::string& named) {
    EXPECT_EQ(outcome.status, 1) << outcome.output;
    EXPECT_NE(outcome.errors.find("not supported"), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find(named), std::string::npos) << outcome.errors;
  }
  void make_pool() { ASSERT_EQ(dmg({"pool", "create", "tank", "--size", "1GiB"}).status, 0); }

  ScratchDirectory scratch_;
  std::string system_ = scratch_.path("system");

 private:
  Outcome run_program(const char* name, const char* system_option, std::vector<std::string> arguments) {
    const std::string program = std::filesystem::path(firn_binary()).replace_filename(name);
    arguments.insert(arguments.begin(), {program, system_option, system_});
    return run(std::move(arguments));
  }
};

TEST_F(Faces, administrator_makes_and_removes_pools) {
  const auto made = response(dmg({"-i", "-j", "pool", "create", "tank", "-z", "1GiB"}));
  EXPECT_EQ(made["label"], "tank");
  EXPECT_EQ(made["tier_bytes"][0], 1073741824u);
  const auto pools = response(dmg({"-j", "pool", "ls"}))["pools"];
  ASSERT_EQ(pools.size(), 1u);
  EXPECT_EQ(pools[0]["uuid"], made["uuid"]);
  const auto tiers = response(daos({"-j", "pool", "query", "tank"}))["tier_stats"];
  EXPECT_EQ(tiers[0]["total"], 1073741824u);
  response(dmg({"-j", "pool", "destroy", "tank", "-f"}));
  EXPECT_TRUE(response(daos({"pool", "list", "-j"}))["pools"].empty());
}

TEST_F(Faces, both_tiers_of_a_pool_are_its_size) {
  const auto made = response(dmg({"-j", "pool", "create", "tank", "-s", "1GiB", "-n", "2GiB"}));
  EXPECT_EQ(made["tier_bytes"][0], 3221225472u);
}

TEST_F(Faces, user_makes_lists_and_removes_containers) {
  make_pool();
  const auto files = response(daos({"-j", "cont", "create", "tank", "home", "--type", "POSIX"}));
  EXPECT_EQ(files["container_label"], "home");
  EXPECT_EQ(files["container_type"], "POSIX");
  const auto objects = response(daos({"-j", "container", "create", "tank", "--label", "objects"}));
  EXPECT_EQ(objects["container_type"], "unknown");
  EXPECT_EQ(response(daos({"-j", "cont", "query", "tank", "home"})), files);
  EXPECT_EQ(response(daos({"-j", "pool", "list-cont", "tank"})).size(), 2u);
  response(daos({"-j", "cont", "destroy", "tank", "objects", "--force"}));
  const auto left = response(daos({"-j", "cont", "list", "tank"}));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]["uuid"], files["container_uuid"]);
}

TEST_F(Faces, properties_are_set_and_shown) {
  make_pool();
  response(daos({"-j", "cont", "create", "tank", "home", "--properties", "chunk_size:65536"}));
  response(daos({"-j", "cont", "set-prop", "tank", "home", "--properties", "label:house"}));
  const auto shown =
      response(daos({"-j", "cont", "get-prop", "tank", "house", "--properties", "label,chunk_size"}));
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[0]["value"], "house");
  EXPECT_EQ(shown[1]["value"], "65536");
  EXPECT_EQ(daos({"cont", "get-prop", "tank", "house", "--properties", "nonsense"}).status, 1);
}

TEST_F(Faces, attributes_of_pools_and_containers) {
  make_pool();
  response(daos({"-j", "cont", "create", "tank", "home"}));
  response(daos({"-j", "pool", "set-attr", "tank", "colour:grey"}));
  response(daos({"-j", "cont", "set-attr", "tank", "home", "colour:red,time:7:30"}));
  EXPECT_EQ(response(daos({"-j", "pool", "get-attr", "tank", "colour"}))[0]["value"], "grey");
  const auto all = response(daos({"-j", "cont", "lsattr", "tank", "home", "-v"}));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1]["name"], "time");
  EXPECT_EQ(all[1]["value"], "7:30");
  response(daos({"-j", "cont", "delattr", "tank", "home", "colour"}));
  EXPECT_EQ(response(daos({"-j", "cont", "list-attrs", "tank", "home"})).size(), 1u);
  EXPECT_EQ(daos({"cont", "get-attr", "tank", "home", "colour"}).status, 1);
  const auto firn = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {firn_binary(), "--json", "--system", system_});
    return run(std::move(arguments));
  };
  response(firn({"pool", "set-attr", "tank", "a:1", "b:2"}));
  EXPECT_EQ(response(firn({"pool", "list-attrs", "tank"})).size(), 3u);
  EXPECT_EQ(response(firn({"container", "get-attr", "tank", "home", "time"}))[0]["value"], "7:30");
  response(firn({"pool", "del-attr", "tank", "a", "b"}));
  EXPECT_EQ(response(firn({"pool", "get-attr", "tank"})).size(), 1u);
}

TEST_F(Faces, lists_of_access_and_owners) {
  ASSERT_EQ(dmg({"pool", "create", "tank", "--size", "1GiB", "-u", "ann", "-g", "staff@"}).status, 0);
  const auto of_pool = response(dmg({"-j", "pool", "get-acl", "tank"}));
  EXPECT_EQ(of_pool["owner_user"], "ann@");
  EXPECT_EQ(of_pool["owner_group"], "staff@");
  EXPECT_EQ(of_pool["entries"], nlohmann::json({"A::OWNER@:rw", "A:G:GROUP@:rw"}));
  EXPECT_EQ(response(dmg({"-j", "pool", "update-acl", "tank", "-e", "A::bob@:r"}))["entries"].size(), 3u);
  EXPECT_EQ(response(dmg({"-j", "pool", "delete-acl", "tank", "-p", "u:bob@"}))["entries"].size(), 2u);
  std::ofstream(scratch_.path("list")) << "# mine\nA::EVERYONE@:r\n\nA::OWNER@:rw\n";
  response(daos({"-j", "cont", "create", "tank", "home", "-A", scratch_.path("list"), "-g", "readers"}));
  const auto of_container = response(daos({"-j", "cont", "get-acl", "tank", "home"}));
  EXPECT_EQ(of_container["entries"], nlohmann::json({"A::OWNER@:rw", "A::EVERYONE@:r"}));
  EXPECT_EQ(of_container["owner_group"], "readers@");
  response(daos({"-j", "cont", "set-owner", "tank", "home", "-u", "eve@"}));
  EXPECT_EQ(daos({"cont", "get-acl", "tank", "home", "-O", scratch_.path("out")}).status, 0);
  EXPECT_EQ(daos({"cont", "overwrite-acl", "tank", "home", "-a", scratch_.path("out")}).status, 0);
  EXPECT_EQ(response(daos({"-j", "cont", "get-acl", "tank", "home"}))["owner_user"], "eve@");
  EXPECT_EQ(daos({"cont", "update-acl", "tank", "home", "-e", "nonsense"}).status, 1);
  EXPECT_EQ(daos({"cont", "update-acl", "tank", "home"}).status, 1);
}

TEST_F(Faces, files_are_copied_in_and_out) {
  make_pool();
  response(daos({"-j", "cont", "create", "tank", "home", "-t", "POSIX"}));
  std::filesystem::create_directories(scratch_.path("tree/below"));
  std::ofstream(scratch_.path("tree/below/file")) << "content";
  response(daos({"-j", "fs", "copy", "--src", scratch_.path("tree"), "--dst", "daos://tank/home/"}));
  response(daos({"-j", "filesystem", "copy", "-s", "daos://tank/home/tree", "-d", scratch_.path("back")}));
  std::string content;
  std::ifstream(scratch_.path("back/below/file")) >> content;
  EXPECT_EQ(content, "content");
}

TEST_F(Faces, server_is_asked_like_a_directory) {
  make_pool();
  const Server server(system_);
  system_ = server.address();
  EXPECT_EQ(response(daos({"-j", "pool", "list"}))["pools"].size(), 1u);
  EXPECT_EQ(response(daos({"-j", "system", "query"}))["rank_uris"].size(), 1u);
  EXPECT_EQ(response(dmg({"-j", "system", "query"}))["members"][0]["state"], "joined");
}

TEST_F(Faces, what_is_not_there_yet_says_so) {
  make_pool();
  expect_unsupported(daos({"object", "query", "tank", "home", "1.2", "--epoch", "3"}), "daos object query");
  expect_unsupported(dmg({"storage", "scan", "--verbose"}), "dmg storage scan");
  expect_unsupported(daos({"cont", "create", "tank", "x", "--hints", "file:max"}), "--hints");
  expect_unsupported(daos({"cont", "create", "tank", "x", "--type", "HDF5"}), "HDF5");
  expect_unsupported(dmg({"pool", "create", "x", "--size", "30%"}), "30%");
  const Outcome json = daos({"cont", "create-snap", "tank", "home", "-j"});
  EXPECT_EQ(json.status, 1);
  const auto answer = nlohmann::json::parse(json.output, nullptr, false);
  EXPECT_TRUE(answer["response"].is_null());
  EXPECT_NE(answer.value("status", 0), 0);
}

TEST_F(Faces, wrong_command_line_is_named) {
  const Outcome unknown = daos({"frobnicate"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.errors.find("frobnicate"), std::string::npos) << unknown.errors;
  EXPECT_EQ(dmg({}).status, 2);
  EXPECT_EQ(daos({"cont"}).status, 2);
  EXPECT_EQ(daos({"cont", "query", "tank"}).status, 2);
}

TEST_F(Faces, failure_has_the_envelope_too) {
  make_pool();
  const Outcome failed = daos({"-j", "cont", "query", "tank", "nothing"});
  EXPECT_EQ(failed.status, 1);
  const auto answer = nlohmann::json::parse(failed.output, nullptr, false);
  EXPECT_TRUE(answer["response"].is_null()) << failed.output;
  EXPECT_NE(answer.value("error", "").find("nothing"), std::string::npos) << failed.output;
  EXPECT_NE(answer.value("status", 0), 0);
}

TEST_F(Faces, version_needs_no_system) {
  EXPECT_EQ(response(daos({"-j", "version"}))["api_version"], "2.8.0");
  EXPECT_EQ(dmg({"version"}).status, 0);
}

}  // namespace
}  // namespace firn::cluster

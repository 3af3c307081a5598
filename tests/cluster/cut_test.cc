// A copying client behind a network that breaks its connections at every place of a message and of its data:
// the copy succeeds, and what is there is what was copied.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "cutting_proxy.h"
#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

class CutConnections : public ::testing::Test {
 protected:
  Outcome firn(std::vector<std::string> arguments) {
    return run_firn(proxy_.address(), std::move(arguments));
  }
  void SetUp() override {
    ASSERT_EQ(firn({"pool", "create", "tank", "--size", "256MiB"}).status, 0);
    ASSERT_EQ(firn({"container", "create", "tank", "home"}).status, 0);
    fs::create_directories(source());
    for (const size_t bytes : {0UL, 100UL, 5'000UL, 70'000UL, 2'500'000UL}) {
      std::string content(bytes, '\0');
      for (char& c : content) c = static_cast<char>(rng_.next());
      std::ofstream(source() / std::to_string(bytes), std::ios::binary) << content;
    }
  }
  fs::path source() const { return scratch_.path("source"); }

  // Copies in and out over connections that are cut in turn.
  void copy_and_compare(const std::string& name, const std::vector<CuttingProxy::Cut>& cuts) {
    proxy_.cut_next(cuts);
    const Outcome in = firn({"fs", "cp", "-r", source(), "daos://tank/home/" + name});
    ASSERT_EQ(in.status, 0) << in.errors;
    proxy_.cut_next(cuts);
    const fs::path back = scratch_.path("back");
    fs::remove_all(back);
    const Outcome out = firn({"fs", "cp", "-r", "daos://tank/home/" + name, back});
    ASSERT_EQ(out.status, 0) << out.errors;
    const Outcome same = run({"diff", "-r", source(), back});
    EXPECT_EQ(same.status, 0) << same.output;
    ASSERT_EQ(firn({"fs", "rm", "-r", "daos://tank/home/" + name}).status, 0);
  }

  Rng rng_{7};
  ScratchDirectory scratch_;
  Server server_{scratch_.path("system"), {"--shm", "off"}};  // all goes through the proxy
  CuttingProxy proxy_{server_.address()};
};

TEST_F(CutConnections, at_the_first_bytes_of_the_conversation) {
  for (const uint64_t bytes : {0, 1, 7, 11, 12, 13, 19, 20, 21, 83, 84, 85, 200}) {
    SCOPED_TRACE(bytes);
    copy_and_compare("first" + std::to_string(bytes), {{true, bytes}, {false, bytes}, {true, bytes}});
  }
  EXPECT_GT(proxy_.cuts_made(), 0);
}

TEST_F(CutConnections, anywhere) {
  for (int round = 0; round < 25; round++) {
    std::vector<CuttingProxy::Cut> cuts;
    for (int i = 0; i < 6; i++) {
      cuts.push_back({rng_.chance(1, 2), rng_.below(uint64_t{1} << rng_.between(6, 22))});
    }
    SCOPED_TRACE(round);
    copy_and_compare("round" + std::to_string(round), cuts);
  }
  EXPECT_GT(proxy_.cuts_made(), 25);
}

}  // namespace
}  // namespace firn::cluster

// Addresses of engines on this host.
#include "net/shm_address.h"

#include <gtest/gtest.h>

namespace firn::net {
namespace {

TEST(ShmAddressTest, path_and_mark_survive_as_text) {
  for (const std::string path : {"/data/engine.socket", "/a b/%41?at=x&y/ü", "/"}) {
    for (const std::string mark : {"", "0f-1:2:3"}) {
      const std::string uri = shm_uri({.path = path, .mark = mark});
      EXPECT_FALSE(uri.contains(' ')) << uri;
      const auto address = parse_shm_address(uri);
      ASSERT_TRUE(address.has_value()) << uri;
      EXPECT_EQ(address->path, path);
      EXPECT_EQ(address->mark, mark);
    }
  }
}

TEST(ShmAddressTest, others_are_invalid) {
  for (const char* const uri : {"", "shm://", "shm://relative", "tcp://1.2.3.4:5", "shm:///a%", "shm:///a%4",
                                "shm:///a%zz", "shm:///a%00", "shm:///a b", "shm:///%4 "}) {
    EXPECT_EQ(parse_shm_address(uri).error().code(), Code::invalid) << uri;
  }
}

}  // namespace
}  // namespace firn::net

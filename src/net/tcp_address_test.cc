// What is, and what is not, an address of TCP.
#include "net/tcp_address.h"

#include <gtest/gtest.h>

namespace firn::net {
namespace {

TEST(TcpAddressTest, names_and_numbers_are_understood) {
  for (const char* const uri : {"tcp://127.0.0.1:10001", "tcp://node7.example.org:1", "tcp://[::1]:65535"}) {
    auto address = parse_tcp_address(uri);
    ASSERT_TRUE(address.has_value()) << uri;
    EXPECT_EQ(tcp_uri(address->host, address->port), uri);
  }
  EXPECT_EQ(parse_tcp_address("tcp://[::1]:10001")->host, "::1");
}

TEST(TcpAddressTest, everything_else_is_invalid_with_a_remedy) {
  for (const char* const uri :
       {"", "tcp://", "host:1", "tcp://host", "tcp://:1", "tcp://host:", "tcp://host:x", "tcp://host:1x",
        "tcp://host:65536", "tcp://host:-1", "tcp://::1:5", "udp://host:1"}) {
    auto address = parse_tcp_address(uri);
    ASSERT_FALSE(address.has_value()) << uri;
    EXPECT_EQ(address.error().code(), Code::invalid);
    EXPECT_FALSE(address.error().remedy().empty());
  }
}

}  // namespace
}  // namespace firn::net

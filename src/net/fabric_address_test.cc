// Names of fabrics, and the contacts their two sides exchange.
#include "net/fabric_address.h"

#include <gtest/gtest.h>

#include "net/fabric_hello.h"
#include "net/frame.h"

namespace firn::net {
namespace {

TEST(FabricAddress, names_provider_and_tcp_address) {
  const auto address = parse_fabric_address("fabric+verbs://[::1]:10001");
  ASSERT_TRUE(address.has_value()) << address.error().message();
  EXPECT_EQ(address->provider, "verbs");
  EXPECT_EQ(address->tcp_uri, "tcp://[::1]:10001");
  EXPECT_EQ(fabric_uri(address->provider, address->tcp_uri), "fabric+verbs://[::1]:10001");
}

TEST(FabricAddress, anything_else_is_invalid) {
  for (const char* const text : {"tcp://a:1", "fabric+://a:1", "fabric+tcp://a", "fabric+t c://a:1",
                                 "fabric+tcp:a:1", "fabric+tcp;rm://a:1", ""}) {
    const auto address = parse_fabric_address(text);
    ASSERT_FALSE(address.has_value()) << text;
    EXPECT_EQ(address.error().code(), Code::invalid);
  }
}

TEST(FabricAddress, choice_may_name_a_domain) {
  EXPECT_EQ(parse_fabric_choice("cxi")->provider, "cxi");
  EXPECT_EQ(parse_fabric_choice("cxi")->domain, "");
  EXPECT_EQ(parse_fabric_choice("verbs/mlx5_0")->domain, "mlx5_0");
  for (const char* const text : {"", "/", "verbs/", "/mlx5_0", "a b"}) {
    EXPECT_FALSE(parse_fabric_choice(text).has_value()) << text;
  }
}

TEST(FabricAddress, contact_comes_back_as_it_was) {
  const FabricContact contact{
      .provider = "tcp;ofi_rxm", .address = std::string("raw\0bytes", 9), .channel = 5, .token = 6};
  const std::string frame = encode_contact(contact);
  const auto decoded = decode_contact(as_bytes(frame));
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message();
  EXPECT_EQ(decoded->provider, contact.provider);
  EXPECT_EQ(decoded->address, contact.address);
  EXPECT_EQ(decoded->channel, 5U);
  EXPECT_EQ(decoded->token, 6U);
}

TEST(FabricAddress, refusal_in_place_of_a_contact_is_its_error) {
  const std::string frame =
      encode_error_frame(FrameKind::refusal, {}, fail(Code::unsupported, "no fabric here"));
  const auto decoded = decode_contact(as_bytes(frame));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code(), Code::unsupported);
  const std::string endless = encode_contact({.address = std::string(kFabricAddressBytesMax + 1, 'x')});
  EXPECT_EQ(decode_contact(as_bytes(endless)).error().code(), Code::corrupt);
}

}  // namespace
}  // namespace firn::net

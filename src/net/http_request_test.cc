// Heads of requests, good and bad.
#include "net/http_request.h"

#include <gtest/gtest.h>

namespace firn::net {
namespace {

Code code_of(std::string_view head) {
  const auto request = parse_http_request(head);
  return request ? Code{} : request.error().code();
}

TEST(HttpRequest, method_and_path_are_taken) {
  const auto request =
      parse_http_request("GET /metrics?match=x HTTP/1.1\r\nHost: a:1\r\nAccept:\t*/*\r\nEmpty:\r\n\r\n");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->path, "/metrics");
  EXPECT_TRUE(parse_http_request("HEAD / HTTP/1.0\r\n\r\n").has_value());
}

TEST(HttpRequest, what_the_grammar_does_not_allow_is_refused) {
  for (const auto* head :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET metrics HTTP/1.1\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\n\r\n", "G\tT / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: no name\r\n\r\n",
        "GET / HTTP/1.1\r\nname : x\r\n\r\n", "GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        "GET / HTTP/1.1\r\nname: a\nb: c\r\n\r\n", "GET / HTTP/1.1\n\n", "GET /\x01 HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n"}) {
    EXPECT_NE(code_of(head), Code{}) << head;
  }
  EXPECT_EQ(code_of("GET / HTTP/2.0\r\n\r\n"), Code::version);
  EXPECT_EQ(code_of("GET / FIRN/1\r\n\r\n"), Code::invalid);
  EXPECT_EQ(code_of("GET / HTTP/1.1\r\nlong: " + std::string(kHttpHeadBytesMax, 'x') + "\r\n\r\n"),
            Code::invalid);
}

TEST(HttpRequest, end_of_the_head_is_found) {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (size_t size = 0; size < head.size(); size++) {
    EXPECT_EQ(http_head_bytes(std::string_view(head).substr(0, size)), 0u);
  }
  EXPECT_EQ(http_head_bytes(head + "more"), head.size());
}

}  // namespace
}  // namespace firn::net

// What the HTTP server does with requests and with peers that send none.
#include "net/http_server.h"

#include <gtest/gtest.h>

#include "net/plain_socket_test.h"
#include "net/tcp_address.h"
#include "runtime/runtime_thread.h"

namespace firn::net {
namespace {

Task<HttpAnswer> greet(std::string path) {
  if (path == "/large") co_return HttpAnswer{.body = std::string(3'000'000, 'x')};
  if (path != "/hello") co_return HttpAnswer{.status = 404, .body = "no " + path};
  co_return HttpAnswer{.body = "hello"};
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    thread_->call([this] { return open(this); });
  }
  ~HttpServerTest() override {
    thread_->call([this] { return close(this); });
    thread_->stop();
  }
  uint16_t port() const { return parse_tcp_address("tcp" + server_->uri().substr(4))->port; }
  std::string ask(std::string_view request) const { return PlainSocket(port()).ask(request); }

 private:
  static Task<int> open(HttpServerTest* self) {
    RealRuntime& runtime = self->thread_->runtime();
    auto server = HttpServer::listen(runtime, runtime.sockets(), "http://127.0.0.1:0", greet);
    FIRN_ASSERT(server.has_value());
    self->server_ = *std::move(server);
    co_return 0;
  }
  static Task<int> close(HttpServerTest* self) {
    co_await self->server_->close();
    self->server_.reset();
    co_return 0;
  }

  std::unique_ptr<RuntimeThread> thread_ = *RuntimeThread::start();
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, a_get_is_answered_and_the_connection_ends) {
  const std::string answer = ask("GET /hello?x=y HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("\r\nContent-Length: 5\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello")) << answer;
}

TEST_F(HttpServerTest, a_head_request_gets_no_body) {
  EXPECT_TRUE(ask("HEAD /hello HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, large_answers_come_whole) {
  EXPECT_GT(ask("GET /large HTTP/1.1\r\n\r\n").size(), 3'000'000u);
}

TEST_F(HttpServerTest, a_request_may_come_in_pieces) {
  PlainSocket socket(port());
  const std::string request = "GET /hello HTTP/1.0\r\nA: b\r\n\r\n";
  for (const char c : request.substr(0, request.size() - 1)) socket.send({&c, 1});
  EXPECT_TRUE(socket.ask("\n").ends_with("hello"));
}

TEST_F(HttpServerTest, what_is_not_understood_is_answered_with_the_reason) {
  EXPECT_TRUE(ask("GET /nothing HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(ask("POST /hello HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").starts_with("HTTP/1.1 405 "));
  EXPECT_TRUE(ask("GET /hello HTTP/3.0\r\n\r\n").starts_with("HTTP/1.1 505 "));
  EXPECT_TRUE(ask("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("GET /hello HTTP/1.1\r\nA: " + std::string(1'000'000, 'x')).starts_with("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, those_who_hang_up_or_say_nothing_do_not_keep_others_out) {
  {
    const PlainSocket gone(port());
  }
  {
    PlainSocket(port()).send("GET /hel");
  }
  const PlainSocket silent(port());
  EXPECT_TRUE(ask("GET /hello HTTP/1.1\r\n\r\n").ends_with("hello"));
}

Task<int> listen_wrongly(RealRuntime* runtime) {
  for (const auto* uri : {"tcp://127.0.0.1:0", "127.0.0.1:9000", "http://", "http://127.0.0.1"}) {
    const auto server = HttpServer::listen(*runtime, runtime->sockets(), uri, greet);
    EXPECT_FALSE(server.has_value()) << uri;
    if (!server) EXPECT_FALSE(server.error().remedy().empty()) << uri;
  }
  co_return 0;
}

TEST(HttpServerAddress, has_to_be_an_http_one) {
  auto thread = *RuntimeThread::start();
  thread->call([&] { return listen_wrongly(&thread->runtime()); });
  thread->stop();
}

}  // namespace
}  // namespace firn::net

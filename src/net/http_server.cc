// One request, one answer, end of the connection; see http_server.h.
#include "net/http_server.h"

#include <utility>

#include <fmt/format.h>

#include "net/tcp_address.h"

namespace firn::net {

namespace {

constexpr std::string_view kScheme = "http://";
constexpr SocketServer::Options kOptions{.timeout = std::chrono::seconds(10), .connections_max = 32};

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

HttpAnswer refusal(const Error& error) {
  HttpAnswer answer{.status = 400, .body = error.what() + "\n"};
  if (error.code() == Code::too_big) answer.status = 431;
  if (error.code() == Code::version) answer.status = 505;
  return answer;
}

std::string head_of(const HttpAnswer& answer) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Cache-Control: no-store\r\nConnection: "
      "close\r\n\r\n",
      answer.status, reason_of(answer.status), answer.type, answer.body.size(),
      answer.status == 405 ? "Allow: GET, HEAD\r\n" : "");
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Runtime& runtime, Sockets& sockets, std::string uri,
                                                       Handler handler) {
  const bool has_scheme = uri.starts_with(kScheme);
  const auto address = parse_tcp_address("tcp://" + uri.substr(has_scheme ? kScheme.size() : 0));
  if (!has_scheme || !address) {
    return fail(Code::invalid, "not an HTTP address")
        .on("address", uri)
        .remedy("write it like http://127.0.0.1:9464");
  }
  FIRN_TRY(auto socket, sockets.listen(address->host, address->port));
  std::string listening =
      std::string(kScheme) + tcp_uri(address->host, socket->port()).substr(std::string_view("tcp://").size());
  return std::unique_ptr<HttpServer>(
      new HttpServer(runtime, std::move(socket), std::move(listening), std::move(handler)));
}

HttpServer::HttpServer(Runtime& runtime, std::unique_ptr<ListenSocket> socket, std::string uri,
                       Handler handler)
    : handler_(std::move(handler)),
      uri_(std::move(uri)),
      server_(
          runtime, std::move(socket), uri_, [this](Connection* connection) { return serve(connection); },
          kOptions) {}

HttpServer::~HttpServer() = default;

Task<void> HttpServer::serve(Connection* connection) {
  auto request = co_await read_request(&connection->socket());
  if (connection->closing()) co_return;
  if (!request && request.error().code() == Code::unreachable) co_return;
  const bool body_wanted = !request || request->method != "HEAD";
  HttpAnswer result;
  if (request) {
    result = co_await answer(*std::move(request));
  } else {
    result = refusal(request.error());
  }
  const std::string head = head_of(result);
  const ByteView parts[] = {as_bytes(head), as_bytes(result.body)};
  if (!co_await connection->socket().send_all(std::span(parts, body_wanted ? 2 : 1))) co_return;
  co_await connection->drain();
}

Task<HttpAnswer> HttpServer::answer(HttpRequest request) {
  if (request.method == "GET" || request.method == "HEAD")
    co_return co_await handler_(std::move(request.path));
  co_return HttpAnswer{.status = 405, .body = "only GET is answered here\n"};
}

// Code::unreachable if the peer hung up before the end.
Task<Result<HttpRequest>> HttpServer::read_request(Socket* socket) {
  std::string received;
  while (true) {
    if (const size_t head_bytes = http_head_bytes(received); head_bytes > 0) {
      co_return parse_http_request(std::string_view(received).substr(0, head_bytes));
    }
    if (received.size() == kHttpHeadBytesMax) co_return fail(Code::too_big, "the request's head is too long");
    const size_t before = received.size();
    received.resize(kHttpHeadBytesMax);
    const MutableBytes room{reinterpret_cast<std::byte*>(received.data()) + before,
                            kHttpHeadBytesMax - before};
    FIRN_CO_TRY(const size_t bytes, co_await socket->receive(room));
    if (bytes == 0) co_return fail(Code::unreachable, "the peer hung up before the end of its request");
    received.resize(before + bytes);
  }
}

}  // namespace firn::net

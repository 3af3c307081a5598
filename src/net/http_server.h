// HttpServer: answers GET (and HEAD) requests over HTTP/1.1, one on each connection: for figures and health
// checks, not for data. What it reads is bounded in size, time and number. Belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/http_request.h"
#include "net/socket_server.h"

namespace firn::net {

struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  // Makes the answer to a GET of the path. The connection is closed 10 s after it was opened, whatever the
  // handler does.
  using Handler = std::function<Task<HttpAnswer>(std::string path)>;

  // `uri` is "http://host:port"; port 0 takes a free one, see uri(). Code::invalid, in_use, with a remedy.
  static Result<std::unique_ptr<HttpServer>> listen(Runtime& runtime, Sockets& sockets, std::string uri,
                                                    Handler handler);
  // close() has ended.
  ~HttpServer();

  const std::string& uri() const { return uri_; }
  // Answers no more, and waits for handlers to end.
  Task<void> close() { return server_.close(); }

 private:
  using Connection = SocketServer::Connection;

  HttpServer(Runtime& runtime, std::unique_ptr<ListenSocket> socket, std::string uri, Handler handler);
  Task<void> serve(Connection* connection);
  Task<HttpAnswer> answer(HttpRequest request);
  static Task<Result<HttpRequest>> read_request(Socket* socket);

  const Handler handler_;
  const std::string uri_;
  SocketServer server_;
};

}  // namespace firn::net

// A blocking socket on loopback, as another program would use it.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/descriptor.h"

namespace firn::net {

class PlainSocket {
 public:
  explicit PlainSocket(uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(descriptor_.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_EQ(::connect(descriptor_.number(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // Up to `bytes`, fewer at the end of the stream.
  std::string receive(size_t bytes) {
    std::string received(bytes, '\0');
    size_t size = 0;
    while (size < bytes) {
      const auto got = ::recv(descriptor_.number(), received.data() + size, bytes - size, 0);
      if (got < 0 && errno == EINTR) continue;  // with a time limit, it is not restarted by itself
      if (got <= 0) break;
      size += static_cast<size_t>(got);
    }
    received.resize(size);
    return received;
  }
  bool at_end() { return receive(1).empty(); }
  // Sends a request and gives the answer's head and body, as far as its length says; empty if there is none.
  std::string ask(std::string_view http_request) {
    send(http_request);
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
      const std::string next = receive(1);
      if (next.empty()) return answer;
      answer += next;
    }
    constexpr std::string_view kLength = "Content-Length: ";
    const size_t at = answer.find(kLength);
    if (at == std::string::npos || http_request.starts_with("HEAD")) return answer;
    return answer + receive(std::strtoull(answer.c_str() + at + kLength.size(), nullptr, 10));
  }

 private:
  Descriptor descriptor_;
};

}  // namespace firn::net

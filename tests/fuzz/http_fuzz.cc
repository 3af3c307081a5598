// Bytes on the admin port: the head of a request is refused, or is one whose parts make a head with the same
// parts.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/http_request.h"

namespace {

using namespace firn;

void check(bool condition) {
  if (!condition) std::abort();
}

void try_head(std::string_view head) {
  const auto request = net::parse_http_request(head);
  if (!request) return;
  check(request->path.starts_with('/'));
  for (const char c : request->method + request->path) check(c > ' ' && c < 0x7f);
  const auto again = net::parse_http_request(request->method + " " + request->path + " HTTP/1.1\r\n\r\n");
  check(again.has_value() && again->method == request->method && again->path == request->path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t head_bytes = net::http_head_bytes(input);
  check(head_bytes <= input.size());
  if (head_bytes > 0) try_head(input.substr(0, head_bytes));
  // Most inputs have no end of a head: here they get one, and the start of a good request.
  try_head(std::string(input) + "\r\n\r\n");
  try_head("GET / HTTP/1.1\r\n" + std::string(input) + "\r\n\r\n");
  return 0;
}

// The head of an HTTP/1 request; see http_request.h.
#include "net/http_request.h"

#include <algorithm>

namespace firn::net {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool is_visible(char c) { return c > ' ' && c < 0x7f; }
bool is_token(char c) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kOther.find(c) != std::string_view::npos;
}
// Text above ASCII is allowed, control characters are not.
bool is_field_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f); }
bool all_of(std::string_view text, bool (*holds)(char)) {
  return !text.empty() && std::ranges::all_of(text, holds);
}

// The part up to the separator, which is removed with it; all of `rest` if there is none.
std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const size_t at = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + separator.size(), rest.size()));
  return part;
}

Error malformed(const char* what) { return fail(Code::invalid, what); }

Result<HttpRequest> parse_request_line(std::string_view line) {
  const std::string_view method = take_until(line, " ");
  const std::string_view target = take_until(line, " ");
  const std::string_view version = line;
  if (!all_of(method, is_token)) return malformed("the request's method is malformed");
  if (!all_of(target, is_visible) || target.front() != '/')
    return malformed("the request's path is malformed");
  if (version == "HTTP/1.1" || version == "HTTP/1.0") {
    return HttpRequest{std::string(method), std::string(target.substr(0, target.find('?')))};
  }
  if (version.starts_with("HTTP/")) return fail(Code::version, "only HTTP/1.1 is spoken here");
  return malformed("the request's first line is malformed");
}

Result<void> check_field(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !all_of(line.substr(0, colon), is_token)) {
    return malformed("the name of a header field is malformed");
  }
  if (!std::ranges::all_of(line.substr(colon + 1), is_field_text)) {
    return malformed("the value of a header field is malformed");
  }
  return {};
}

}  // namespace

size_t http_head_bytes(std::string_view received) {
  const size_t at = received.find(kHeadEnd);
  return at == std::string_view::npos ? 0 : at + kHeadEnd.size();
}

Result<HttpRequest> parse_http_request(std::string_view head) {
  if (!head.ends_with(kHeadEnd) || head.size() > kHttpHeadBytesMax) {
    return malformed("the request's head has no end");
  }
  head.remove_suffix(kLineEnd.size());
  FIRN_TRY(HttpRequest request, parse_request_line(take_until(head, kLineEnd)));
  while (!head.empty()) FIRN_CHECK(check_field(take_until(head, kLineEnd)));
  return request;
}

}  // namespace firn::net

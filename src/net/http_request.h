// HttpRequest: the head of an HTTP/1 request, as far as the admin port needs it: method and path. Strict:
// what the grammar of RFC 9112 does not allow is refused, as are old forms (folded lines, bare line feeds,
// absolute targets). Header fields are checked for form, and not kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace firn::net {

constexpr size_t kHttpHeadBytesMax = 8192;

struct HttpRequest {
  std::string method;
  std::string path;  // without the query behind "?"; escapes are left as they are
};

// Bytes up to the end of the head that begins `received`, 0 while it is not all there.
size_t http_head_bytes(std::string_view received);
// `head` ends with the empty line. Code::invalid if it is no request; Code::version if it is one of another
// version of HTTP than 1.0 or 1.1.
Result<HttpRequest> parse_http_request(std::string_view head);

}  // namespace firn::net

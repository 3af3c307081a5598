// Parsing client.yml; see client_file.h.
#include "capi/client_file.h"

namespace firn::capi {

namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view without_comment(std::string_view line) {
  if (line.starts_with('#')) return {};
  const size_t comment = line.find(" #");
  return line.substr(0, comment);
}

std::string unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'');
  if (quoted && value.back() == value.front()) value = value.substr(1, value.size() - 2);
  return std::string(value);
}

Error bad_line(size_t number, const char* what) {
  return fail(Code::invalid, what)
      .on("line", number)
      .remedy("write \"system: tcp://HOST:PORT\", or below \"systems:\" lines \"  NAME: tcp://HOST:PORT\"");
}

class Parser {
 public:
  Result<void> take(std::string_view line, size_t number) {
    line = without_comment(line);
    const std::string_view content = trimmed(line);
    if (content.empty() || content == "---") return {};
    const size_t colon = content.find(':');
    if (colon == std::string_view::npos) return bad_line(number, "a line has no colon");
    const std::string key(trimmed(content.substr(0, colon)));
    const std::string value = unquoted(trimmed(content.substr(colon + 1)));
    const bool indented = kBlanks.contains(line.front());
    if (!indented) in_systems_ = key == "systems";
    if (indented && in_systems_ && !value.empty()) {
      file.systems[key] = value;
    } else if (!indented && key == "system" && !value.empty()) {
      file.system = value;
    } else if (indented || key != "systems" || !value.empty()) {
      return bad_line(number, "a line says nothing that is known here");
    }
    return {};
  }

  ClientFile file;

 private:
  bool in_systems_ = false;
};

}  // namespace

Result<ClientFile> parse_client_file(std::string_view text) {
  if (text.size() > ClientFile::kBytesMax) return fail(Code::too_big, "the file is too long");
  Parser parser;
  for (size_t begin = 0, number = 1; begin < text.size(); number++) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    FIRN_CHECK(parser.take(text.substr(begin, end - begin), number));
    begin = end + 1;
  }
  return std::move(parser.file);
}

}  // namespace firn::capi

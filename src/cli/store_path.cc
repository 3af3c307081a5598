// Parsing of store paths; see store_path.h.
#include "cli/store_path.h"

#include <vector>

namespace firn::cli {

namespace {
constexpr std::string_view kScheme = "daos://";
}

std::string StorePath::name() const { return path.substr(path.rfind('/') + 1); }

std::string StorePath::parent() const {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_store_path(std::string_view text) { return text.starts_with(kScheme); }

Result<StorePath> parse_store_path(std::string_view text) {
  std::string_view rest = text;
  if (is_store_path(rest)) rest.remove_prefix(kScheme.size());
  std::vector<std::string> parts;
  while (!rest.empty()) {
    const size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (parts.size() > 2) parts.pop_back();
      continue;
    }
    parts.emplace_back(part);
  }
  if (parts.size() < 2) {
    return fail(Code::invalid, "a path in Firn names a pool and a container")
        .on("path", text)
        .remedy("write it as daos://POOL/CONTAINER/PATH, e.g. daos://tank/home/notes.txt");
  }
  StorePath result{parts[0], parts[1], {}};
  for (size_t i = 2; i < parts.size(); i++) result.path += "/" + parts[i];
  if (result.path.empty()) result.path = "/";
  return result;
}

std::string join_path(std::string_view path, std::string_view name) {
  std::string joined(path);
  if (!joined.ends_with('/')) joined += '/';
  return joined.append(name);
}

}  // namespace firn::cli

// Names and paths; see names.h.
#include "dfs/names.h"

#include "dfs/layout.h"

namespace firn::dfs {

namespace {

Result<void> check_text(std::string_view text, std::string_view of, uint32_t bytes_max) {
  if (text.empty()) return fail(Code::invalid, std::string(of) + " is empty");
  if (text.contains('\0')) return fail(Code::invalid, std::string(of) + " holds a NUL byte");
  if (text.size() > bytes_max) {
    return fail(Code::name_too_long,
                std::string(of) + " has more than " + std::to_string(bytes_max) + " bytes")
        .on("bytes", text.size());
  }
  return {};
}

}  // namespace

Result<void> check_name(std::string_view name) {
  FIRN_CHECK(check_text(name, "a name", kNameBytesMax));
  if (name == "." || name == ".." || name.contains('/')) {
    return fail(Code::invalid, "an entry cannot have this name").on("name", name);
  }
  return {};
}

Result<void> check_xattr_name(std::string_view name) {
  return check_text(name, "an extended attribute's name", kNameBytesMax);
}

Result<void> check_symlink_target(std::string_view target) {
  return check_text(target, "a symbolic link's target", kSymlinkBytesMax);
}

Result<Path> parse_path(std::string_view text) {
  FIRN_CHECK(check_text(text, "a path", kPathBytesMax));
  Path path{.absolute = text.starts_with('/')};
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find('/'));
    path.names_directory = name.empty() || name == "." || name == ".." || name.size() < text.size();
    if (!name.empty() && name != ".") {
      if (name != "..") FIRN_CHECK(check_name(name));
      path.names.emplace_back(name);
    }
    text.remove_prefix(name.size() < text.size() ? name.size() + 1 : name.size());
  }
  return path;
}

}  // namespace firn::dfs

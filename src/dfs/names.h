// Names of entries and extended attributes, and paths. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace firn::dfs {

// Code::name_too_long above 255 bytes; Code::invalid for "", "." and "..", and with '/' or NUL in it.
Result<void> check_name(std::string_view name);
// Code::name_too_long above 255 bytes; Code::invalid for "" and with NUL in it.
Result<void> check_xattr_name(std::string_view name);
// Code::name_too_long above 4095 bytes; Code::invalid for "" and with NUL in it.
Result<void> check_symlink_target(std::string_view target);

// A path taken apart. "/a//b/./" is {"a", "b"} with names_directory.
struct Path {
  bool absolute = false;
  std::vector<std::string> names;  // ".." is kept, "." is not
  bool names_directory =
      false;  // it ends in '/' or a dot name: only a directory can be meant, links are followed
};
// Code::name_too_long if a name or the whole is; Code::invalid for "" and with NUL in it.
Result<Path> parse_path(std::string_view path);

}  // namespace firn::dfs

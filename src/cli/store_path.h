// Paths as users write them: daos://pool/container/path/in/it, or the same without "daos://" where no host
// path can be meant.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace firn::cli {

struct StorePath {
  std::string pool;
  std::string container;
  std::string path = "/";  // absolute, normalised: no "//", "." or ".." parts, no trailing slash
  std::string text() const { return "daos://" + pool + "/" + container + (path == "/" ? "/" : path); }
  // The last part; empty for the root.
  std::string name() const;
  // Without the last part; the root's parent is the root.
  std::string parent() const;
};

bool is_store_path(std::string_view text);
// Code::invalid, with an example, unless it names a pool and a container.
Result<StorePath> parse_store_path(std::string_view text);
// Where `name` is in the directory `path`.
std::string join_path(std::string_view path, std::string_view name);

}  // namespace firn::cli

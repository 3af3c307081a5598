// From a path to a container: "daos://pool/container/rest", or a path of a file system at or below one that
// has the attribute DUNS_XATTR_NAME; daos_uns.h, compat facts: unified namespace. Asks the file system, no
// server.
#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include <daos_uns.h>
#include <sys/xattr.h>

#include "base/uuid.h"
#include "capi/namespace_text.h"

namespace {

using firn::Uuid;

constexpr std::string_view kPrefix = "daos://";

bool has_prefix(std::string_view path) {
  const auto same = [](unsigned char one, unsigned char other) { return tolower(one) == other; };
  return std::ranges::equal(path.substr(0, kPrefix.size()), kPrefix, same);
}

// A label; UUIDs have the form of one.
bool is_name(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
  return !text.empty() && text.size() <= DAOS_PROP_LABEL_MAX_LEN &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

// "pool/container/rest": rest has its "/" or is empty.
struct Direct {
  std::string_view pool;
  std::string_view container;
  std::string_view rest;
};

Direct split(std::string_view path) {
  Direct direct;
  const size_t first = path.find('/');
  direct.pool = path.substr(0, first);
  if (first == std::string_view::npos) return direct;
  path.remove_prefix(first + 1);
  const size_t second = path.find('/');
  direct.container = path.substr(0, second);
  if (second != std::string_view::npos) direct.rest = path.substr(second);
  return direct;
}

int set_direct(const Direct& direct, duns_attr_t& attributes) {
  const bool container_is_right = direct.container.empty() ? direct.rest.empty() : is_name(direct.container);
  if (!is_name(direct.pool) || !container_is_right) return EINVAL;
  if (!firn::capi::set_rest(attributes, direct.rest)) return ENOMEM;
  firn::capi::set_pool(attributes, direct.pool);
  firn::capi::set_container(attributes, direct.container);
  return 0;
}

std::string_view without_slashes(std::string_view path) {
  const size_t begin = path.find_first_not_of('/');
  return begin == std::string_view::npos ? std::string_view() : path.substr(begin);
}

// Without a prefix only UUIDs are taken for a pool and a container: a label might be a directory.
bool is_direct_by_uuid(std::string_view path) {
  const Direct direct = split(without_slashes(path));
  return path.starts_with('/') && Uuid::parse(direct.pool) && Uuid::parse(direct.container);
}

// ENODATA: this path leads to no container.
int read_attribute(const std::string& path, duns_attr_t& attributes) {
  std::array<char, DUNS_MAX_XATTR_LEN + 1> value{};
  const ssize_t size = getxattr(path.c_str(), DUNS_XATTR_NAME, value.data(), value.size());
  if (size < 0) return errno == ERANGE ? EINVAL : errno;
  const std::string_view text(value.data(), strnlen(value.data(), static_cast<size_t>(size)));
  return firn::capi::parse_namespace_text(text, attributes) ? 0 : EINVAL;
}

// The real path of as much of `path` as there is; `missing` is what is not, with its "/". Empty: an error in
// errno.
std::string real_path(std::string path, std::string& missing) {
  while (true) {
    char* const found = realpath(path.c_str(), nullptr);
    if (found != nullptr) {
      std::string real = found;
      free(found);
      return real;
    }
    const size_t slash = path.rfind('/');
    if (errno != ENOENT) return "";
    missing.insert(0, slash == std::string::npos ? "/" + path : path.substr(slash));
    path = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  }
}

// Looks at the path and, unless `only_itself`, at all directories above.
int resolve_in_file_system(const char* path, bool only_itself, duns_attr_t& attributes) {
  std::string missing;
  std::string real = real_path(path, missing);
  if (real.empty()) return errno;
  const bool whole = missing.empty();
  if (only_itself && !whole) return ENOENT;
  const int nothing = whole ? ENODATA : ENOENT;
  for (std::string rest = missing;;) {
    const int error = read_attribute(real, attributes);
    if (error == 0) return firn::capi::set_rest(attributes, rest) ? 0 : ENOMEM;
    if (error == ENOTSUP && whole && rest.empty()) return ENOTSUP;
    if (error != ENODATA && error != ENOTSUP) return error;
    if (only_itself || real == "/") return nothing;
    const size_t slash = real.rfind('/');
    rest.insert(0, real.substr(slash));
    real = slash == 0 ? "/" : real.substr(0, slash);
  }
}

}  // namespace

int duns_resolve_path(const char* path, duns_attr_t* attr) {
  if (path == nullptr || *path == '\0' || attr == nullptr) return EINVAL;
  const std::string_view text = path;
  if (has_prefix(text)) {
    std::string_view rest = text.substr(kPrefix.size());
    if (!rest.empty() && rest.find('/') == rest.size() - 1) rest.remove_suffix(1);
    return set_direct(split(rest), *attr);
  }
  const bool no_check = (attr->da_flags & DUNS_NO_CHECK_PATH) != 0;
  const bool no_prefix = (attr->da_flags & DUNS_NO_PREFIX) != 0 || attr->da_no_prefix;
  if (no_check || (no_prefix && is_direct_by_uuid(text)))
    return set_direct(split(without_slashes(text)), *attr);
  return resolve_in_file_system(path, (attr->da_flags & DUNS_NO_REVERSE_LOOKUP) != 0, *attr);
}

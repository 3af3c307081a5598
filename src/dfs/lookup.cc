// From paths and names to nodes; see mounted_file_system.h.
#include <deque>

#include "dfs/layout.h"
#include "dfs/mounted_file_system.h"
#include "dfs/names.h"

namespace firn::dfs {

namespace {

constexpr int kSymlinksMax = 40;

// What is left to walk of a path, and the directories walked through: ".." goes back along them.
struct Walk {
  std::vector<Node> trail;
  std::deque<std::string> names;
  bool names_directory = false;  // the end has to be a directory

  // Goes on with a link's target in place of the link.
  void follow(Path target) {
    if (target.absolute) trail.resize(1);
    names_directory = names_directory || (names.empty() && target.names_directory);
    names.insert(names.begin(), std::make_move_iterator(target.names.begin()),
                 std::make_move_iterator(target.names.end()));
  }
};

}  // namespace

Task<Result<Node>> MountedFileSystem::lookup_in(Node directory, std::string name) {
  FIRN_CO_TRY(const Inode inode, co_await inode_in(directory, name));
  co_return node_at(directory, std::move(name), inode);
}

Task<Result<Inode>> MountedFileSystem::inode_in(Node directory, std::string name) {
  FIRN_CO_CHECK(check_directory(directory));
  FIRN_CO_CHECK(check_name(name));
  FIRN_CO_TRY(auto inode, co_await fetch_inode(place_in(directory, name)));
  if (!inode) co_return fail(Code::not_found, "no such file or directory").on("name", name);
  co_return *std::move(inode);
}

Task<Result<Node>> MountedFileSystem::lookup(std::string path, bool follow) {
  auto at_path = [&path](Error error) { return std::move(error).on("path", path); };
  FIRN_CO_TRY(Path parsed, parse_path(path));
  if (!parsed.absolute) co_return at_path(fail(Code::invalid, "the path does not begin with '/'"));
  Walk walk{.trail = {root_}};
  walk.follow(std::move(parsed));
  int symlinks = 0;
  while (!walk.names.empty()) {
    const std::string name = std::move(walk.names.front());
    walk.names.pop_front();
    if (name == "..") {
      if (walk.trail.size() > 1) walk.trail.pop_back();
      continue;
    }
    auto node = co_await lookup_in(walk.trail.back(), name);
    if (!node) co_return at_path(std::move(node).error());
    const bool is_end = walk.names.empty() && !walk.names_directory;
    if (node->type != NodeType::symlink || (is_end && !follow)) {
      if (is_end) co_return std::move(node);
      if (node->type != NodeType::directory) co_return at_path(fail(Code::not_directory, "not a directory"));
      walk.trail.push_back(*std::move(node));
      continue;
    }
    if (++symlinks > kSymlinksMax) co_return at_path(fail(Code::symlink_loop, "too many symbolic links"));
    FIRN_CO_TRY(const std::string target, co_await read_symlink(*std::move(node)));
    auto parsed_target = parse_path(target);
    if (!parsed_target) co_return at_path(std::move(parsed_target).error());
    walk.follow(*std::move(parsed_target));
  }
  co_return walk.trail.back();
}

Task<Result<std::string>> MountedFileSystem::read_symlink(Node symlink) {
  if (symlink.type != NodeType::symlink) {
    co_return about(fail(Code::invalid, "not a symbolic link"), symlink);
  }
  FIRN_CO_TRY(auto found, co_await fetch_inode_and_value(place_of(symlink), Key(kSymlinkAkey)));
  if (!found || found->inode.object != symlink.object) {
    co_return about(fail(Code::not_found, "no such file or directory"), symlink);
  }
  if (!found->value) co_return about(fail(Code::corrupt, "a symbolic link has no target"), symlink);
  co_return *std::move(found->value);
}

}  // namespace firn::dfs

// firn fs mkdir|rm|mv: changing names; see fs_actions.h.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/fs_actions.h"
#include "cli/output.h"
#include "cli/print_json.h"

namespace firn::cli {

namespace {

void done(const Session& session, const char* what, const std::string& path) {
  if (session.options().json) print_json({{what, path}});
}

dfs::CreateOptions directory_options() {
  dfs::CreateOptions options;
  options.mode = 0755;
  options.owner = {::geteuid(), ::getegid()};
  return options;
}

// The directory at `path`, made with its parents where missing.
Task<Result<dfs::Node>> make_with_parents(dfs::FileSystem* fs, std::string path) {
  dfs::Node node = fs->root();
  for (size_t begin = 1; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    Result<dfs::Node> next = co_await fs->make_directory(node, name, directory_options());
    if (!next && next.error().code() == Code::exists) next = co_await fs->lookup(path.substr(0, end));
    if (!next) co_return next;
    node = *next;
    begin = end + 1;
  }
  co_return node;
}

}  // namespace

Task<Result<void>> make_directory(Session& session, FsArguments arguments) {
  FIRN_CO_TRY(StorePath path, parse_store_path(arguments.path));
  FIRN_CO_TRY(auto fs, co_await session.mount(path, false));
  if (arguments.parents) {
    FIRN_CO_TRY(dfs::Node node, co_await make_with_parents(fs.get(), path.path));
    if (node.type != dfs::NodeType::directory) {
      co_return fail(Code::not_directory, "a file of that name exists").on("path", path.path);
    }
  } else {
    if (path.path == "/") co_return fail(Code::exists, "the root directory exists").on("path", path.text());
    FIRN_CO_TRY(dfs::Node parent, co_await fs->lookup(path.parent()));
    FIRN_CO_CHECK(co_await fs->make_directory(parent, path.name(), directory_options()));
  }
  done(session, "made", path.text());
  co_return {};
}

Task<Result<void>> remove(Session& session, FsArguments arguments) {
  FIRN_CO_TRY(StorePath path, parse_store_path(arguments.path));
  if (path.path == "/") {
    co_return fail(Code::invalid, "the root directory cannot be removed")
        .remedy("firn container destroy removes the container with all that is in it");
  }
  FIRN_CO_TRY(auto fs, co_await session.mount(path, false));
  Result<dfs::Node> node = co_await fs->lookup(path.path, false);
  if (!node) {
    if (arguments.force && node.error().code() == Code::not_found) co_return {};
    co_return std::move(node).error();
  }
  FIRN_CO_TRY(dfs::Node parent, co_await fs->lookup(path.parent()));
  uint64_t removed = 1;
  if (node->type != dfs::NodeType::directory) {
    FIRN_CO_CHECK(co_await fs->unlink(parent, path.name()));
  } else if (arguments.recursive) {
    FIRN_CO_TRY(removed, co_await dfs::remove_tree(fs.get(), parent, *node));
  } else {
    co_return fail(Code::is_directory, "a directory")
        .on("path", path.path)
        .remedy("add -r to remove all that is in it");
  }
  if (session.options().json) print_json({{"removed", path.text()}, {"entries", removed}});
  co_return {};
}

Task<Result<void>> move(Session& session, FsArguments arguments) {
  FIRN_CO_TRY(StorePath from, parse_store_path(arguments.path));
  FIRN_CO_TRY(StorePath to, parse_store_path(arguments.target));
  if (from.pool != to.pool || from.container != to.container) {
    co_return fail(Code::cross_device, "source and target are in different containers")
        .remedy("copy it (firn fs cp) and remove the source");
  }
  if (from.path == "/") co_return fail(Code::invalid, "the root directory cannot be moved");
  FIRN_CO_TRY(auto fs, co_await session.mount(from, false));
  FIRN_CO_TRY(dfs::Node from_parent, co_await fs->lookup(from.parent()));
  const Result<dfs::Node> existing = co_await fs->lookup(to.path);
  if (existing && existing->type == dfs::NodeType::directory && to.path != from.path) {
    to.path = join_path(to.path, from.name());
  }
  if (to.path.starts_with(from.path + "/")) {
    co_return fail(Code::invalid, "a directory cannot be moved below itself").on("path", from.path);
  }
  FIRN_CO_TRY(dfs::Node to_parent, co_await fs->lookup(to.parent()));
  FIRN_CO_CHECK(co_await fs->rename(from_parent, from.name(), to_parent, to.name()));
  done(session, "moved", to.text());
  co_return {};
}

}  // namespace firn::cli

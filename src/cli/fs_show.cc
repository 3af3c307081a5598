// firn fs ls|tree|cat|stat|du: looking at files; see fs_actions.h.
#include <map>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cli/fs_actions.h"
#include "cli/host_tree.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "cli/walk.h"
#include "model/object_id.h"

namespace firn::cli {

namespace {

const char* type_name(dfs::NodeType type) {
  switch (type) {
    case dfs::NodeType::directory:
      return "directory";
    case dfs::NodeType::symlink:
      return "symlink";
    case dfs::NodeType::file:
      return "file";
  }
  return "unknown";
}

nlohmann::json stat_json(const std::string& name, const dfs::Stat& stat) {
  return {{"name", name},
          {"type", type_name(stat.type)},
          {"mode", fmt::format("{:04o}", stat.mode & 07777)},
          {"uid", stat.uid},
          {"gid", stat.gid},
          {"size", stat.size_bytes},
          {"mtime", fmt::format("{}.{:09}", stat.mtime.seconds, stat.mtime.nanoseconds)},
          {"object", stat.object.text()}};
}

std::vector<std::string> long_row(const std::string& name, const dfs::Stat& stat) {
  return {
      human_mode(stat.mode),          std::to_string(stat.uid),
      std::to_string(stat.gid),       human_bytes(stat.size_bytes),
      human_time(stat.mtime.seconds), printable(name) + (stat.type == dfs::NodeType::directory ? "/" : "")};
}

void print_listing(const FsArguments& arguments,
                   const std::vector<std::pair<std::string, dfs::Stat>>& entries) {
  if (!arguments.long_format) {
    for (const auto& [name, stat] : entries) {
      fmt::print("{}{}\n", printable(name), stat.type == dfs::NodeType::directory ? "/" : "");
    }
    return;
  }
  Table table({"MODE", "UID", "GID", "SIZE", "MODIFIED", "NAME"});
  for (const auto& [name, stat] : entries) table.add(long_row(name, stat));
  fmt::print("{}", table.text());
}

// Totals of one directory, for du.
struct Usage {
  uint64_t files = 0;
  uint64_t bytes = 0;
};

nlohmann::json usage_json(const std::string& path, const Usage& usage) {
  return {{"path", path}, {"files", usage.files}, {"bytes", usage.bytes}};
}

}  // namespace

Task<Result<void>> list_directory(Session& session, FsArguments arguments) {
  FIRN_CO_TRY(StorePath path, parse_store_path(arguments.path));
  FIRN_CO_TRY(auto fs, co_await session.mount(path, true));
  FIRN_CO_TRY(dfs::Node node, co_await fs->lookup(path.path));
  std::vector<std::pair<std::string, dfs::Stat>> entries;
  if (node.type != dfs::NodeType::directory) {
    FIRN_CO_TRY(dfs::Stat stat, co_await fs->stat(node));
    entries.emplace_back(path.name(), stat);
  } else if (arguments.recursive) {
    FIRN_CO_CHECK(co_await walk_tree(fs.get(), node, [&entries](const TreeEntry& entry) {
      entries.emplace_back(entry.path, entry.stat);
    }));
  } else {
    FIRN_CO_TRY(auto list, co_await read_all(fs.get(), node));
    for (const dfs::DirectoryEntry& entry : list) entries.emplace_back(entry.name, *entry.stat);
  }
  if (session.options().json) {
    auto response = nlohmann::json::array();
    for (const auto& [name, stat] : entries) response.push_back(stat_json(name, stat));
    print_json(response);
  } else {
    print_listing(arguments, entries);
  }
  co_return {};
}

namespace {

Task<Result<void>> draw_level(dfs::FileSystem* fs, dfs::Node directory, std::string indent,
                              uint32_t levels_left) {
  FIRN_CO_TRY(auto entries, co_await read_all(fs, directory));
  for (size_t i = 0; i < entries.size(); i++) {
    const bool last = i + 1 == entries.size();
    std::string target;
    const dfs::Node node = entry_node(directory, entries[i]);
    if (node.type == dfs::NodeType::symlink) {
      FIRN_CO_TRY(const std::string text, co_await fs->read_symlink(node));
      target = " -> " + printable(text);
    }
    fmt::print("{}{}{}{}\n", indent, last ? "└── " : "├── ", printable(entries[i].name), target);
    if (node.type == dfs::NodeType::directory && levels_left != 1) {
      FIRN_CO_CHECK(co_await draw_level(fs, node, indent + (last ? "    " : "│   "),
                                        levels_left == 0 ? 0 : levels_left - 1));
    }
  }
  co_return {};
}

}  // namespace

Task<Result<void>> draw_tree(Session& session, FsArguments arguments) {
  if (session.options().json) {
    arguments.recursive = true;
    co_return co_await list_directory(session, arguments);
  }
  FIRN_CO_TRY(StorePath path, parse_store_path(arguments.path));
  FIRN_CO_TRY(auto fs, co_await session.mount(path, true));
  FIRN_CO_TRY(dfs::Node node, co_await fs->lookup(path.path));
  if (node.type != dfs::NodeType::directory)
    co_return fail(Code::not_directory, "not a directory").on("path", path.path);
  fmt::print("{}\n", path.text());
  co_return co_await draw_level(fs.get(), node, "", arguments.levels);
}

Task<Result<void>> print_file(Session& session, FsArguments arguments) {
  constexpr uint64_t kReadBytes = 4 << 20;
  FIRN_CO_TRY(StorePath path, parse_store_path(arguments.path));
  FIRN_CO_TRY(auto fs, co_await session.mount(path, true));
  FIRN_CO_TRY(dfs::Node file, co_await fs->lookup(path.path));
  if (file.type == dfs::NodeType::directory)
    co_return fail(Code::is_directory, "a directory").on("path", path.path);
  Buffer buffer(kReadBytes);
  for (uint64_t offset = 0;;) {
    FIRN_CO_TRY(uint64_t count, co_await fs->read(file, offset, {buffer.bytes()}));
    for (uint64_t done = 0; done < count;) {
      const ssize_t written = ::write(STDOUT_FILENO, buffer.data() + done, count - done);
      if (written < 0) co_return host_error("cannot write", "standard output");
      done += static_cast<uint64_t>(written);
    }
    offset += count;
    if (count < kReadBytes) co_return {};
  }
}

Task<Result<void>> show_stat(Session& session, FsArguments arguments) {
  FIRN_CO_TRY(StorePath path, parse_store_path(arguments.path));
  FIRN_CO_TRY(auto fs, co_await session.mount(path, true));
  FIRN_CO_TRY(dfs::Node node, co_await fs->lookup(path.path, false));
  FIRN_CO_TRY(dfs::Stat stat, co_await fs->stat(node));
  std::string link;
  if (node.type == dfs::NodeType::symlink) {
    FIRN_CO_TRY(link, co_await fs->read_symlink(node));
  }
  if (session.options().json) {
    auto response = stat_json(path.name(), stat);
    if (node.type == dfs::NodeType::symlink) response["target"] = link;
    print_json(response);
    co_return {};
  }
  fmt::print("{}\n", path.text());
  fmt::print("  type      {}{}\n", type_name(stat.type), link.empty() ? "" : " -> " + printable(link));
  fmt::print("  size      {} ({} bytes)\n", human_bytes(stat.size_bytes), stat.size_bytes);
  fmt::print("  mode      {} ({:04o})\n", human_mode(stat.mode), stat.mode & 07777);
  fmt::print("  owner     {}:{}\n", stat.uid, stat.gid);
  fmt::print("  modified  {}\n", human_time(stat.mtime.seconds));
  fmt::print("  object    {} ({})\n", stat.object.text(), class_name(object_class(stat.object)));
  if (stat.type == dfs::NodeType::file) fmt::print("  chunks    {}\n", human_bytes(stat.chunk_bytes));
  co_return {};
}

Task<Result<void>> show_usage(Session& session, FsArguments arguments) {
  FIRN_CO_TRY(StorePath path, parse_store_path(arguments.path));
  FIRN_CO_TRY(auto fs, co_await session.mount(path, true));
  FIRN_CO_TRY(dfs::Node node, co_await fs->lookup(path.path));
  std::map<std::string, Usage> directories;
  directories[""] = {};
  if (node.type == dfs::NodeType::directory) {
    FIRN_CO_CHECK(co_await walk_tree(fs.get(), node, [&directories](const TreeEntry& entry) {
      if (entry.node.type == dfs::NodeType::directory) directories[entry.path];
      if (entry.node.type != dfs::NodeType::file) return;
      for (size_t end = entry.path.rfind('/');; end = entry.path.rfind('/', end - 1)) {
        Usage& usage = directories[end == std::string::npos ? "" : entry.path.substr(0, end)];
        usage.files++;
        usage.bytes += entry.stat.size_bytes;
        if (end == std::string::npos || end == 0) break;
      }
    }));
  } else {
    FIRN_CO_TRY(dfs::Stat stat, co_await fs->stat(node));
    directories[""] = {1, stat.size_bytes};
  }
  if (arguments.summarize) directories.erase(std::next(directories.begin()), directories.end());
  if (session.options().json) {
    auto response = nlohmann::json::array();
    for (const auto& [name, usage] : directories)
      response.push_back(usage_json(join_path(path.path, name), usage));
    print_json(response);
    co_return {};
  }
  Table table({"SIZE", "FILES", "PATH"});
  for (const auto& [name, usage] : directories) {
    table.add({human_bytes(usage.bytes), std::to_string(usage.files),
               printable(name.empty() ? path.path : join_path(path.path, name))});
  }
  fmt::print("{}", table.text());
  co_return {};
}

}  // namespace firn::cli

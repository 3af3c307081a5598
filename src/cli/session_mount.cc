// Opening the file system of a container for a command.
#include "cli/session.h"

namespace firn::cli {

namespace {

Task<Result<std::unique_ptr<dfs::FileSystem>>> mount_container(Session* session, StorePath path,
                                                               bool read_only) {
  FIRN_CO_TRY(auto pool, co_await session->client().connect_pool(path.pool));
  FIRN_CO_TRY(auto container, co_await pool->open_container(path.container));
  co_return co_await dfs::FileSystem::mount(container, {.read_only = read_only});
}

}  // namespace

Task<Result<std::unique_ptr<dfs::FileSystem>>> Session::mount(StorePath path, bool read_only) {
  return mount_container(this, std::move(path), read_only);
}

}  // namespace firn::cli

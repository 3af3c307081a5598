// Stores for `firn debug`; see debug_store.h.
#include "cli/debug_store.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "engine/system_directory.h"
#include "runtime/errno_error.h"
#include "runtime/file_device.h"

namespace firn::cli {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored))
    entries.push_back(at->path());
  std::ranges::sort(entries);
  return entries;
}

// pools/<uuid>/<target>/log and main: docs/formats/system.md.
std::vector<StoreFiles> stores_of(const StoreChoice& choice) {
  std::vector<StoreFiles> stores;
  for (const fs::path& pool : sorted_entries(fs::path(choice.system) / "pools")) {
    if (!choice.pool.empty() && pool.filename() != choice.pool) continue;
    for (const fs::path& target : sorted_entries(pool)) {
      if (choice.target && target.filename() != std::to_string(*choice.target)) continue;
      std::error_code ignored;
      if (fs::exists(target / "main", ignored)) stores.push_back({target / "log", target / "main"});
    }
  }
  return stores;
}

}  // namespace

Result<ChosenStores> choose_stores(const StoreChoice& choice) {
  ChosenStores chosen;
  if (choice.log.empty() != choice.main.empty()) {
    return fail(Code::invalid, "a store is two files").remedy("give both --log and --main");
  }
  if (!choice.log.empty()) {
    chosen.stores = {{choice.log, choice.main}};
    return chosen;
  }
  auto lock = engine::SystemDirectory::hold(choice.system);
  if (!lock) {
    return fail(lock.error().code(), "the system's stores cannot be looked at")
        .because(std::move(lock).error())
        .remedy(
            "end the engine that runs there; name another directory with --system, or files with --log "
            "and --main");
  }
  chosen.lock = *std::move(lock);
  chosen.stores = stores_of(choice);
  if (!chosen.stores.empty()) return chosen;
  return fail(Code::not_found, "there is no such store in the system")
      .on("directory", choice.system)
      .remedy("stores are in pools/POOL/TARGET below the directory; --pool and --target choose among them");
}

Result<std::unique_ptr<BlockDevice>> open_for_reading(UringExecutor& executor, const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return errno_error(errno, "a device cannot be opened").on("path", path);
  const off_t bytes = ::lseek(file.number(), 0, SEEK_END);
  if (bytes < 0) return errno_error(errno, "a device does not say its size").on("path", path);
  return std::make_unique<FileDevice>(executor, std::move(file), path, static_cast<uint64_t>(bytes));
}

}  // namespace firn::cli

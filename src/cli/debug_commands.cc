// firn debug superblock|log|pages|page|check: looks at stores that no engine has open. Writes nothing.
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/buffer.h"
#include "cli/commands.h"
#include "cli/debug_print.h"
#include "cli/debug_store.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "runtime/real_runtime.h"
#include "vos/check.h"
#include "vos/page_read.h"
#include "vos/recovery.h"

namespace firn::cli {

namespace {

constexpr int kClean = 0;
constexpr int kDamaged = 1;

struct DebugArguments {
  StoreChoice choice;
  uint64_t from_lsn = 0;
  uint64_t limit = UINT64_MAX;
  uint64_t page = 0;
  bool data = false;
};

// One store, open for reading.
struct DebugStore {
  const GlobalOptions& options;
  const DebugArguments& arguments;
  BlockDevice& log;
  BlockDevice& main;
};

// Prints, and gives the exit status.
using DebugAction = Task<Result<int>> (*)(DebugStore store);

Task<Result<int>> show_superblock(DebugStore store) {
  FIRN_CO_TRY(const vos::SuperblockSlots slots, co_await vos::read_superblock_slots(store.main));
  const auto index = co_await vos::load_index(store.main);
  if (store.options.json) {
    nlohmann::json response{{"superblocks", superblocks_json(slots)}};
    if (index) response["root"] = root_json(index->root);
    print_json(response);
  } else {
    fmt::print("{}", superblocks_text(slots));
    if (index) fmt::print("{}", root_text(index->root));
  }
  if (!index) co_return index.error().clone();
  co_return kClean;
}

Task<Result<int>> show_log(DebugStore store) {
  FIRN_CO_TRY(const vos::IndexImage index, co_await vos::load_index(store.main));
  FIRN_CO_TRY(const vos::LogIdentity identity, co_await vos::read_log_header(store.log));
  FIRN_CO_CHECK(vos::check_log_belongs(index.superblock, identity, store.log));
  vos::LogReader reader(store.log, identity, index.root.log);
  auto batches = nlohmann::json::array();
  for (uint64_t shown = 0; shown < store.arguments.limit;) {
    FIRN_CO_TRY(const auto batch, co_await reader.next());
    if (!batch) break;
    if (batch->first.value < store.arguments.from_lsn) continue;
    shown++;
    if (store.options.json) {
      batches.push_back(batch_json(*batch, reader.position()));
    } else {
      fmt::print("{}", batch_text(*batch, reader.position()));
    }
  }
  if (store.options.json) print_json({{"batches", batches}});
  co_return kClean;
}

// The page's bytes; Code::not_found if the checkpoint has no such page.
Task<Result<Buffer>> read_page(DebugStore store, const vos::PageTable* table, vos::PageId page) {
  const auto place = table->find(page);
  if (!place) co_return fail(Code::not_found, "there is no such page").on("page", page.value);
  if (place->block.value * vos::kBlockBytes + vos::kPageBytes > store.main.size_bytes()) {
    co_return fail(Code::corrupt, "the page table places the page outside of the device")
        .on("page", page.value)
        .on("block", place->block.value);
  }
  Buffer bytes(vos::kPageBytes);
  FIRN_CO_CHECK(co_await vos::read_index_page(store.main, page, *place, bytes.bytes()));
  co_return bytes;
}

Task<Result<int>> show_page(DebugStore store) {
  FIRN_CO_TRY(const vos::IndexImage index, co_await vos::load_index(store.main));
  const vos::PageId id{store.arguments.page};
  FIRN_CO_TRY(Buffer bytes, co_await read_page(store, &index.table, id));
  const vos::Page page(bytes.data());
  if (store.options.json) {
    print_json(page_json(page, *index.table.find(id), true));
  } else {
    fmt::print("{}", page_text(page, *index.table.find(id)));
  }
  co_return kClean;
}

// Pages that cannot be read are listed with the reason.
Task<Result<int>> show_pages(DebugStore store) {
  FIRN_CO_TRY(const vos::IndexImage index, co_await vos::load_index(store.main));
  auto pages = nlohmann::json::array();
  Table table({"PAGE", "BLOCK", "LEVEL", "ENTRIES", "USED", "NEWEST EPOCH"});
  int status = kClean;
  for (uint64_t id = 1; id < index.table.id_end().value; id++) {
    const auto place = index.table.find(vos::PageId{id});
    if (!place) continue;
    auto bytes = co_await read_page(store, &index.table, vos::PageId{id});
    if (!bytes) {
      status = kDamaged;
      pages.push_back({{"page", id}, {"block", place->block.value}, {"error", bytes.error().message()}});
      table.add({std::to_string(id), std::to_string(place->block.value), bytes.error().message()});
      continue;
    }
    const vos::Page page(bytes->data());
    pages.push_back(page_json(page, *place, false));
    table.add({std::to_string(id), std::to_string(place->block.value), std::to_string(page.level()),
               std::to_string(page.count()), std::to_string(page.used_bytes()),
               std::to_string(page.newest_epoch().value)});
  }
  if (store.options.json) {
    print_json({{"tree_root", index.root.tree_root.value}, {"pages", pages}}, status);
  } else {
    fmt::print("{}", table.text());
  }
  co_return status;
}

// --- the stores ----------------------------------------------------------------------------------

int report(const GlobalOptions& options, const Error& error) {
  options.json ? print_json_error(error) : print_error(error);
  return kDamaged;
}

// Opens the files and runs the task that `use` makes of them.
template <class T>
Result<T> with_files(const StoreFiles& files,
                     std::function<Task<Result<T>>(BlockDevice&, BlockDevice&)> use) {
  FIRN_TRY(const auto runtime, RealRuntime::create());
  FIRN_TRY(const auto log, open_for_reading(runtime->loop(), files.log));
  FIRN_TRY(const auto main, open_for_reading(runtime->loop(), files.main));
  return runtime->run(use(*log, *main));
}

Result<ChosenStores> chosen_by(const GlobalOptions& options, StoreChoice choice) {
  choice.system = options.system.empty() ? default_system() : options.system;
  return choose_stores(choice);
}

int run_on_one(const GlobalOptions& options, const DebugArguments& arguments, DebugAction action) {
  const auto chosen = chosen_by(options, arguments.choice);
  if (!chosen) return report(options, chosen.error());
  if (chosen->stores.size() > 1) {
    return report(options, fail(Code::invalid, "the system has more than one store")
                               .on("first", chosen->stores[0].main)
                               .on("second", chosen->stores[1].main)
                               .remedy("choose one with --pool and --target"));
  }
  const auto status = with_files<int>(chosen->stores[0], [&](BlockDevice& log, BlockDevice& main) {
    return action({options, arguments, log, main});
  });
  return status ? *status : report(options, status.error());
}

Task<Result<vos::CheckReport>> check_one(BlockDevice* log, BlockDevice* main, vos::CheckOptions options) {
  co_return co_await vos::check_store(*log, *main, options);
}

// All stores that were chosen, one after the other.
int check_stores(const GlobalOptions& options, const DebugArguments& arguments) {
  const auto chosen = chosen_by(options, arguments.choice);
  if (!chosen) return report(options, chosen.error());
  int status = kClean;
  auto stores = nlohmann::json::array();
  for (const StoreFiles& files : chosen->stores) {
    const auto checked = with_files<vos::CheckReport>(files, [&](BlockDevice& log, BlockDevice& main) {
      return check_one(&log, &main, {.data = arguments.data});
    });
    if (!checked) return report(options, checked.error());
    if (!checked->clean()) status = kDamaged;
    nlohmann::json json = report_json(*checked);
    json["main"] = files.main;
    json["log"] = files.log;
    stores.push_back(std::move(json));
    if (!options.json) fmt::print("{}\n{}", files.main, report_text(*checked));
  }
  if (options.json) print_json({{"clean", status == kClean}, {"stores", stores}}, status);
  return status;
}

// --- command line --------------------------------------------------------------------------------

struct Group {
  CLI::App& app;
  Program& program;
  std::shared_ptr<DebugArguments> arguments;

  CLI::App* add(const char* name, const char* help, DebugAction action) const {
    CLI::App* const command = app.add_subcommand(name, help);
    command->callback([values = arguments, action, target = &program] {
      target->run = [values, action, target] { return run_on_one(target->global, *values, action); };
    });
    return command;
  }
};

}  // namespace

void add_debug_commands(CLI::App& app, Program& program) {
  auto arguments = std::make_shared<DebugArguments>();
  CLI::App* const debug = app.add_subcommand("debug", "Look into stores that no engine has open");
  debug->require_subcommand(1);
  debug->fallthrough();
  debug->add_option("--pool", arguments->choice.pool, "Stores of this pool only (UUID)");
  debug->add_option("--target", arguments->choice.target, "Stores of this target only");
  debug->add_option("--log", arguments->choice.log, "With --main: these files, which nobody may be using");
  debug->add_option("--main", arguments->choice.main, "With --log");
  debug->footer(
      "Nothing is written to the stores. They are those of the directory that --system names (an engine "
      "must\n"
      "not be running there), or the one in the files --log and --main. Exit status: 0 clean, 1 damaged.\n"
      "  firn -s ~/firn-data debug check --data");

  const Group commands{*debug, program, arguments};
  commands.add("superblock", "Where the store begins: both superblocks, the checkpoint's root",
               show_superblock);
  CLI::App* const log = commands.add("log", "The log's batches behind the checkpoint", show_log);
  log->add_option("--from", arguments->from_lsn, "From this LSN on");
  log->add_option("--limit", arguments->limit, "So many batches");
  commands.add("pages", "All pages of the index", show_pages);
  CLI::App* const page = commands.add("page", "One page of the index with its entries", show_page);
  page->add_option("id", arguments->page, "The page's id")->required();
  CLI::App* const check =
      debug->add_subcommand("check", "Check stores from the superblock to the last entry");
  check->add_flag("--data", arguments->data, "Read all data and compare it with its checksums");
  check->callback([arguments, &program] {
    program.run = [arguments, &program] { return check_stores(program.global, *arguments); };
  });
}

}  // namespace firn::cli

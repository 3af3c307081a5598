// firn serve
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/version.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "engine/engine_process.h"
#include "runtime/real_runtime.h"
#include "runtime/sync.h"

namespace firn::cli {

namespace {

struct ServeArguments {
  std::string directory;
  std::vector<std::string> listen = {"tcp://127.0.0.1:10001"};
  std::string fabric;
  uint32_t targets = 0;
  std::string device = "auto";
  std::string durability = "stable";
  std::string admin;
  uint64_t cache_mib = 0;
  double slow_ms = 100;
  std::string shm = engine::EngineProcessOptions::kOwnSocket;
  bool relaxed() const { return durability == "relaxed"; }
};

const auto kRelaxedDelay =
    std::chrono::duration_cast<std::chrono::milliseconds>(vos::StoreOptions{}.relaxed_delay);

Task<void> wait_for(Event* event) { co_await event->wait(); }

void announce(const GlobalOptions& options, const ServeArguments& arguments,
              const engine::EngineProcess& engine) {
  if (options.json) {
    print_json({{"address", engine.uri()},
                {"addresses", engine.uris()},
                {"admin", engine.admin_uri()},
                {"socket", engine.local_socket()},
                {"fabric", arguments.fabric},
                {"directory", engine.directory()},
                {"targets", engine.target_count()},
                {"device", arguments.device},
                {"durability", arguments.durability}});
  } else {
    fmt::print("Firn serves {} at {} with {} targets. Ctrl-C stops it.\n", engine.directory(),
               fmt::join(engine.uris(), " and "), engine.target_count());
    if (!engine.admin_uri().empty()) fmt::print("Metrics: {}/metrics\n", engine.admin_uri());
    if (arguments.relaxed()) {
      fmt::print("Durability is relaxed: a crash loses what was answered in the last {} ms or so.\n",
                 kRelaxedDelay.count());
    }
  }
  (void)std::fflush(stdout);
}

int serve(const GlobalOptions& options, const ServeArguments& arguments) {
  InterruptWatcher interrupts;
  auto fail_with = [&](const Error& error) {
    options.json ? print_json_error(error) : print_error(error);
    return 1;
  };
  auto runtime = RealRuntime::create();
  if (!runtime) return fail_with(runtime.error());
  Event ended((*runtime)->executor());
  engine::EngineProcessOptions engine_options{
      .target_count = arguments.targets,
      .listen = arguments.listen,
      .admin = arguments.admin,
      .local_socket = arguments.shm == "off" ? "" : arguments.shm,
      .version = kVersion,
      .log_level = options.verbose ? LogLevel::debug : LogLevel::info,
      .device_kind = *device_kind_of_name(arguments.device),
      .cache_bytes = arguments.cache_mib << 20,
      .target = {
          .store = {.durability = arguments.relaxed() ? vos::Durability::relaxed : vos::Durability::stable},
          .metrics = {.slow_threshold = std::chrono::duration_cast<Duration>(
                          std::chrono::duration<double, std::milli>(arguments.slow_ms))}}};
  if (!arguments.fabric.empty()) {
    auto fabric = net::parse_fabric_choice(arguments.fabric);
    if (!fabric) return fail_with(fabric.error());
    engine_options.fabric = *std::move(fabric);
  }
  auto engine = engine::EngineProcess::start(arguments.directory, engine_options);
  if (!engine) return fail_with(engine.error());
  announce(options, arguments, **engine);
  interrupts.watch((*runtime)->executor(), [&ended] { ended.set(); });
  (*runtime)->run(wait_for(&ended));
  (*engine)->stop();
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, Program& program) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* const command =
      app.add_subcommand("serve", "Serve a system's directory to other processes and hosts");
  command->add_option("directory", arguments->directory, "Where the data is; made if it does not exist")
      ->required();
  command
      ->add_option("-l,--listen", arguments->listen,
                   "tcp://HOST:PORT, IPv6 as tcp://[::1]:PORT; port 0 takes a free one. Give it again for "
                   "further addresses: all serve the same. 0.0.0.0 is all of this host's IPv4 addresses, "
                   "[::] all of its IPv6 addresses")
      ->take_all()
      ->allow_extra_args(false)
      ->capture_default_str();
  command->add_option("--fabric", arguments->fabric,
                      "Serve over a fabric too: PROVIDER or PROVIDER/DOMAIN as fi_info shows them, e.g. "
                      "verbs/mlx5_0. Clients choose it with FIRN_FABRIC");
  command
      ->add_option("-t,--targets", arguments->targets,
                   "Threads that store data, for a new system (default: one per core)")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--device", arguments->device,
                   "How files are read and written: auto (mapped on tmpfs and persistent memory, else direct "
                   "where that is possible, else buffered), mapped, direct, buffered")
      ->check(CLI::IsMember({"auto", "mapped", "direct", "buffered"}))
      ->capture_default_str();
  command
      ->add_option(
          "--durability", arguments->durability,
          "When a change is answered: stable (when it is on stable media) or relaxed (before; faster, "
          "but a crash of the server or the host loses what was answered last, on each target by "
          "itself)")
      ->check(CLI::IsMember({"stable", "relaxed"}))
      ->capture_default_str();
  command
      ->add_option("--cache", arguments->cache_mib,
                   "Memory in MiB for the index of each pool on each target (default: all targets together a "
                   "sixteenth of the host's memory, each 64 MiB to 4 GiB). Fastest where it holds twice what "
                   "changes")
      ->check(CLI::Range(4, 1 << 20));
  command->add_option(
      "--admin", arguments->admin,
      "http://HOST:PORT for /metrics (Prometheus), /healthz and /slow; port 0 takes a free one "
      "(default: none)");
  command
      ->add_option("--slow-ms", arguments->slow_ms,
                   "Requests that take at least so many milliseconds are kept for `firn slow`, and logged")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str();
  command
      ->add_option("--shm", arguments->shm,
                   "Share memory with clients on this host: auto (by a socket in the directory), off, or the "
                   "path of a socket. Who may use it is whom the socket's permissions let write")
      ->capture_default_str();
  command->footer(
      "Prints one line when it is ready. Ctrl-C or SIGTERM stops it in order; kill -9 loses nothing that "
      "was\n"
      "acknowledged (unless durability is relaxed). Clients use it with FIRN_SYSTEM=tcp://HOST:PORT or "
      "--system.\n"
      "There is no authentication yet: listen only where everybody may read and write.");
  command->callback([arguments, &program] {
    program.run = [arguments, &program] { return serve(program.global, *arguments); };
  });
}

}  // namespace firn::cli

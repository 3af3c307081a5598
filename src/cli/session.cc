// Opening a system for one command; see session.h.
#include "cli/session.h"

#include <cstdlib>
#include <optional>

#include "base/version.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "cli/server_transport.h"
#include "engine/engine_process.h"
#include "net/inproc_transport.h"
#include "runtime/real_runtime.h"

namespace firn::cli {

namespace {

constexpr int kFailed = 1;
constexpr int kInterrupted = 130;

class RealSession final : public Session, private Timer {
 public:
  static Result<std::unique_ptr<RealSession>> open(GlobalOptions options) {
    if (options.system.empty()) options.system = default_system();
    auto session = std::unique_ptr<RealSession>(new RealSession(std::move(options)));
    FIRN_CHECK(session->connect());
    return session;
  }
  ~RealSession() override {
    if (armed()) runtime_->executor().disarm(*this);
    if (client_) runtime_->run(client_->close());
    client_.reset();
    if (server_transport_) runtime_->run(server_transport_->close());
    interrupts_.reset();
    if (engine_) engine_->stop();
  }

  const GlobalOptions& options() const override { return options_; }
  Runtime& runtime() override { return *runtime_; }
  client::Client& client() override { return *client_; }
  CancelToken cancel() override { return cancel_.token(); }
  void set_grace(Duration grace) override { grace_ = grace; }
  // Before the session ends: whether a signal asked it to.
  bool interrupted() const { return interrupts_->interrupted(); }

  Result<void> run(const Command& command) { return runtime_->run(command(*this)); }

 private:
  explicit RealSession(GlobalOptions options) : options_(std::move(options)) {}

  Result<void> connect() {
    const LogLevel log_level = options_.verbose ? LogLevel::debug : LogLevel::error;
    FIRN_TRY(runtime_, RealRuntime::create({.log_level = log_level}));
    Address system;
    if (is_address(options_.system)) {
      system.uri = options_.system;
      FIRN_TRY(server_transport_, ServerTransport::make(*runtime_, options_.system));
    } else {
      FIRN_CHECK(engine::SystemDirectory::check_there(options_.system, options_.may_make_system));
      engine::EngineProcessOptions engine_options{.hub = &hub_, .version = kVersion, .log_level = log_level};
      FIRN_TRY(engine_, engine::EngineProcess::start(options_.system, engine_options));
      system.uri = engine_->inproc_uri();
      inproc_ = std::make_unique<net::InprocTransport>(runtime_->executor(), hub_);
    }
    Transport& transport = inproc_ ? static_cast<Transport&>(*inproc_) : server_transport_->transport();
    client::ClientOptions client_options;
    client_options.call.timeout =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options_.timeout_s));
    client_options.call.cancel = cancel_calls_.token();
    client_.emplace(*runtime_, transport, system, client_options);
    interrupts_->watch(runtime_->executor(), [this] { on_interrupt(); });
    return {};
  }

  void on_interrupt() {
    cancel_.cancel();
    if (grace_ > Duration::zero()) {
      runtime_->executor().arm(*this, runtime_->now() + grace_);
    } else {
      cancel_calls_.cancel();
    }
  }
  void fire() override { cancel_calls_.cancel(); }

  // First, so that all threads made later leave the signals to it; its own thread is started last and ended
  // first.
  std::optional<InterruptWatcher> interrupts_{std::in_place};
  GlobalOptions options_;
  net::InprocHub hub_;
  CancelSource cancel_;        // of what the command does
  CancelSource cancel_calls_;  // of the calls in progress
  Duration grace_{};
  std::unique_ptr<RealRuntime> runtime_;
  std::unique_ptr<engine::EngineProcess> engine_;
  std::unique_ptr<net::InprocTransport> inproc_;
  std::unique_ptr<ServerTransport> server_transport_;
  std::optional<client::Client> client_;
};

int report(const GlobalOptions& options, const Error& error, bool interrupted) {
  if (options.json) {
    print_json_error(error);
  } else if (interrupted && error.code() == Code::canceled) {
    print_error(fail(Code::canceled, "interrupted")
                    .remedy("what was acknowledged is stored; run it again to complete it"));
  } else {
    print_error(error);
  }
  return interrupted ? kInterrupted : kFailed;
}

}  // namespace

int run_command(GlobalOptions options, Command command) {
  auto session = RealSession::open(options);
  if (!session) return report(options, session.error(), false);
  const Result<void> done = (*session)->run(command);
  return done ? 0 : report(options, done.error(), (*session)->interrupted());
}

bool is_address(std::string_view system) {
  return system.starts_with("tcp://") || system.starts_with("shm://") || net::is_fabric_address(system);
}

std::string default_system() {
  if (const char* const chosen = std::getenv("FIRN_SYSTEM"); chosen != nullptr && *chosen != '\0')
    return chosen;
  const char* const home = std::getenv("HOME");
  return std::string(home != nullptr ? home : ".") + "/.local/share/firn";
}

}  // namespace firn::cli

// The library's state, its beginning and end; see library.h.
#include "capi/library.h"

#include <daos.h>
#include <gurt/common.h>

namespace firn::capi {

// Never destroyed: programs call the library from their own exit handlers.
Library& Library::instance() {
  static auto* const library = new Library();
  return *library;
}

int Library::init() {
  const std::scoped_lock lock(mutex_);
  if (uses_ == 0) {
    d_log_init();
    auto running = std::make_unique<Running>();
    auto loose_events = EventQueue::create(false);
    if (!loose_events) return report(std::move(loose_events).error(), std::source_location::current());
    running->loose_events = *std::move(loose_events);
    running_.store(running.release(), std::memory_order_release);
  }
  uses_++;
  return 0;
}

int Library::fini() {
  const std::scoped_lock lock(mutex_);
  if (uses_ == 0) return -DER_UNINIT;
  if (--uses_ > 0) return 0;
  handles_.clear();
  // Clients first, then the engines they talk to.
  const std::unique_ptr<Running> running(running_.exchange(nullptr));
  running->loose_events.reset();
  running->lanes.close();
  for (auto& [name, system] : running->systems) system->close();
  d_log_fini();
  return 0;
}

Result<std::shared_ptr<System>> Library::system(const char* sys) {
  FIRN_TRY(const std::string name, system_name(sys));
  return system_named(name);
}

std::shared_ptr<System> Library::system_named(const std::string& name) {
  const std::scoped_lock lock(running()->mutex);
  auto& system = running()->systems[name];
  if (!system) system = std::make_shared<System>(name);
  return system;
}

}  // namespace firn::capi

int daos_init(void) { return firn::capi::Library::instance().init(); }

int daos_fini(void) { return firn::capi::Library::instance().fini(); }

// Library: the state of libdaos in its process: handles, lanes, systems. Begins with the first daos_init()
// and ends with the last daos_fini(); handles of one such time are none in the next. Any thread; but nobody
// is inside another call during the last daos_fini().
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "capi/event_queue.h"
#include "capi/lane_pool.h"

namespace firn::capi {

class Library {
 public:
  static Library& instance();

  // As daos_init() and daos_fini().
  int init();
  int fini();

  // Between the two.
  bool ready() const { return running_.load(std::memory_order_acquire) != nullptr; }
  HandleTable& handles() { return handles_; }
  LanePool& lanes() { return running()->lanes; }
  // Of events without a queue.
  EventQueue& loose_events() { return *running()->loose_events; }
  // `sys` as system_name().
  Result<std::shared_ptr<System>> system(const char* sys);
  // A directory or an address.
  std::shared_ptr<System> system_named(const std::string& name);

 private:
  struct Running {
    std::mutex mutex;  // of systems
    std::map<std::string, std::shared_ptr<System>> systems;
    LanePool lanes;
    std::shared_ptr<EventQueue> loose_events;
  };

  Running* running() const { return running_.load(std::memory_order_acquire); }

  std::mutex mutex_;  // of init and fini
  int uses_ = 0;
  HandleTable handles_;
  std::atomic<Running*> running_ = nullptr;
};

}  // namespace firn::capi

// What the parts of the control service share. Lives in ControlService; runs on its thread.
#pragma once

#include <string>

#include "control/catalog.h"
#include "control/meta_store.h"
#include "control/request_log.h"
#include "control/target_directory.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace firn::control {

// The engine that the service runs in.
struct ControlOptions {
  Rank rank{};
  std::string uri{};        // for people; may be empty
  std::string local_uri{};  // for clients on its host; empty: there is no such way
  std::string version{};    // of the program
};

struct ControlContext {
  ControlContext(Runtime& runtime_used, MetaStore& meta_used, TargetDirectory& targets_used,
                 ControlOptions options_used)
      : runtime(runtime_used),
        meta(meta_used),
        targets(targets_used),
        options(std::move(options_used)),
        catalog(meta_used),
        requests(runtime_used, meta_used),
        changes(runtime_used.executor(), 1) {}

  // The right to make a change; held until it is answered. One change at a time: they are rare, and so a
  // repeated request never runs beside itself, nor does anybody meet a half-made pool. Against services of
  // other processes the versions in each commit protect. Code::timed_out if the caller has stopped waiting by
  // the time of its turn.
  Task<Result<Semaphore::Units>> begin_change(Caller caller);
  // Commits; Code::busy, so that the caller repeats, if somebody else was faster.
  Task<Result<void>> commit(MetaTransaction transaction);

  Runtime& runtime;
  MetaStore& meta;
  TargetDirectory& targets;
  ControlOptions options;
  Catalog catalog;
  RequestLog requests;
  Semaphore changes;
};

}  // namespace firn::control

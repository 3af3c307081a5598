// ContainerService: create, list, query, change and destroy of containers, and the numbers of their objects.
//
// A container is a record; the targets know nothing of it until they hold its objects. Destroying takes its
// name away at once and its objects in the background, which a restart continues.
#pragma once

#include <map>

#include "control/control_context.h"
#include "model/control_messages.h"
#include "runtime/cancel.h"
#include "runtime/gate.h"

namespace firn::control {

class ContainerService {
 public:
  // Numbers reserved at one time: a crash loses at most so many.
  static constexpr uint64_t kOidsPerReservation = 4096;

  // The context outlives the service.
  explicit ContainerService(ControlContext& context)
      : context_(context), removals_(context.runtime.executor()) {}

  // Goes on with removals that a crash interrupted. Before requests are served, after PoolService::start.
  Task<Result<void>> start();
  // Stops removals after what the targets are doing for them at present.
  Task<void> close();

  Task<Result<ContainerInfo>> create(ContainerCreateRequest request, Caller caller);
  Task<Result<Empty>> destroy(ContainerDestroyRequest request, Caller caller);
  Task<Result<ContainerInfo>> set_properties(ContainerSetPropertiesRequest request, Caller caller);
  Task<Result<ContainerListReply>> list(ContainerListRequest request);
  Task<Result<ContainerInfo>> query(ContainerQueryRequest request);
  // A repeated request may get other numbers; those of the first are lost.
  Task<Result<AllocateOidsReply>> allocate_oids(AllocateOidsRequest request);

 private:
  // Reserved numbers that are not given out yet.
  struct OidRange {
    uint64_t next = 0;
    uint64_t end = 0;
  };

  Task<Result<void>> check_label_free(PoolRecord pool, std::string label);
  Task<void> remove_objects(ContainerRecord container);
  Task<Result<void>> remove_once(ContainerRecord container);
  Task<Result<OidRange>> reserve_oids(AllocateOidsRequest request);

  ControlContext& context_;
  std::map<ContainerId, OidRange> oids_;
  CancelSource stop_;
  Gate removals_;
};

}  // namespace firn::control

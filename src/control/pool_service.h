// PoolService: create, list, query, destroy and connect of pools. A pool is a record, a map and a store on
// each target; the record's state says how far making or removing the stores has come (control/records.h).
#pragma once

#include "control/control_context.h"
#include "model/control_messages.h"

namespace firn::control {

class PoolService {
 public:
  // The context outlives the service.
  explicit PoolService(ControlContext& context) : context_(context) {}

  // Removes what a crash left half made or half removed. Before requests are served.
  Task<Result<void>> start();

  Task<Result<PoolInfo>> create(PoolCreateRequest request, Caller caller);
  Task<Result<Empty>> destroy(PoolDestroyRequest request, Caller caller);
  Task<Result<PoolListReply>> list();
  Task<Result<PoolInfo>> query(PoolQueryRequest request);
  Task<Result<PoolConnectReply>> connect(PoolConnectRequest request);

 private:
  Task<Result<PoolRecord>> make_record(PoolCreateRequest request);
  Task<Result<void>> claim_label(std::string label);
  Task<Result<PoolInfo>> make_stores(PoolRecord record, Caller caller);
  Task<Result<void>> create_stores(PoolRecord record, PoolMap map);
  Task<Result<void>> remove(PoolRecord record);
  Task<Result<uint64_t>> count_containers(PoolId pool);

  ControlContext& context_;
};

}  // namespace firn::control

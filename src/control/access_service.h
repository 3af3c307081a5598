// AccessService: who may open a container, and the lists of access of pools and containers (model/access.h).
// Decision 0017 says what is checked where.
#pragma once

#include <optional>
#include <string>

#include "control/control_context.h"
#include "model/access_messages.h"

namespace firn::control {

// What a credential may do with it; without one, or where there is no list: everything.
Result<Rights> rights_in(const PoolRecord& pool, const std::optional<Credential>& who);
Result<Rights> rights_in(const ContainerRecord& container, const std::optional<Credential>& who);

// The rights that a handle gets: those to look only, unless it is to write. Code::permission if there is none
// of those, or of either kind. `of` names what is opened, for the message.
Result<Rights> granted(Rights rights, bool write, std::string_view of, const std::optional<Credential>& who);

class AccessService {
 public:
  // The context outlives the service.
  explicit AccessService(ControlContext& context) : context_(context) {}

  Task<Result<ContainerOpenReply>> open_container(ContainerOpenRequest request);
  Task<Result<Empty>> change(AccessChangeRequest request, Caller caller);

 private:
  Task<Result<void>> change_pool(AccessChangeRequest request, MetaTransaction* transaction);
  Task<Result<void>> change_container(AccessChangeRequest request, MetaTransaction* transaction);

  ControlContext& context_;
};

}  // namespace firn::control

// AttributeService: the attributes of pools and containers (model/attribute_messages.h). All of one owner are
// one record, which bounds them and makes every change one step.
#pragma once

#include <string>

#include "control/control_context.h"
#include "model/attribute_messages.h"

namespace firn::control {

class AttributeService {
 public:
  // The context outlives the service.
  explicit AttributeService(ControlContext& context) : context_(context) {}

  Task<Result<Empty>> set(AttributeSetRequest request, Caller caller);
  Task<Result<Empty>> remove(AttributeDeleteRequest request, Caller caller);
  Task<Result<AttributeGetReply>> get(AttributeGetRequest request);
  Task<Result<AttributeListReply>> list(AttributeListRequest request);

 private:
  // The attributes as they are, and what a change of them is committed with.
  struct Kept {
    std::string key;
    std::vector<Attribute> attributes;  // by name
    std::vector<MetaTransaction::Expectation> expectations;
  };

  Task<Result<Kept>> find(std::string pool, std::string container);
  template <class Request>
  Task<Result<Empty>> commit(Kept kept, Caller caller);

  ControlContext& context_;
};

}  // namespace firn::control

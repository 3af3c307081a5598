// Attributes of pools and containers; see attribute_service.h.
#include "control/attribute_service.h"

#include <algorithm>

#include "model/limits.h"

namespace firn::control {

namespace {

auto place_of(std::vector<Attribute>& attributes, const std::string& name) {
  return std::ranges::lower_bound(attributes, name, {}, &Attribute::name);
}

bool is_at(const std::vector<Attribute>& attributes, std::vector<Attribute>::const_iterator place,
           const std::string& name) {
  return place != attributes.end() && place->name == name;
}

Result<void> check_given(const std::vector<Attribute>& given) {
  if (given.empty()) return fail(Code::invalid, "no attribute is given");
  for (const Attribute& attribute : given) {
    if (attribute.name.empty()) return fail(Code::invalid, "an attribute has no name");
    if (attribute.name.size() > kAttributeNameBytesMax) {
      return fail(Code::name_too_long, "the name of an attribute is too long")
          .on("bytes", attribute.name.size())
          .on("max", kAttributeNameBytesMax);
    }
    if (attribute.value.empty()) {
      return fail(Code::invalid, "an attribute has no value")
          .on("attribute", attribute.name)
          .remedy("give it one of a byte at least, or delete it");
    }
    if (std::ranges::count(given, attribute.name, &Attribute::name) > 1)
      return fail(Code::invalid, "an attribute is given twice").on("attribute", attribute.name);
  }
  return {};
}

Result<void> check_size(const std::vector<Attribute>& attributes) {
  uint64_t bytes = 0;
  for (const Attribute& attribute : attributes) bytes += attribute.name.size() + attribute.value.size();
  if (bytes <= kAttributesBytesMax) return {};
  return fail(Code::too_big, "these attributes are more than a pool or container can have")
      .on("bytes", bytes)
      .on("max", kAttributesBytesMax)
      .remedy("delete some, or keep large values in an object");
}

Error none_there() { return fail(Code::not_found, "none of these attributes is there"); }

}  // namespace

Task<Result<AttributeService::Kept>> AttributeService::find(std::string pool, std::string container) {
  FIRN_CO_TRY(const auto owner_pool, co_await context_.catalog.pool(std::move(pool)));
  const PoolRecord& record = owner_pool.record;
  Kept kept;
  // The owner's version, so that it is not destroyed at the same time.
  if (container.empty()) {
    kept.key = keys::attributes(record.id, record.id.uuid);
    kept.expectations.push_back({keys::pool(record.id), owner_pool.version});
  } else {
    FIRN_CO_TRY(const auto owner, co_await context_.catalog.container(record, std::move(container)));
    kept.key = keys::attributes(record.id, owner.record.id.uuid);
    kept.expectations.push_back({keys::container(record.id, owner.record.id), owner.version});
  }
  FIRN_CO_TRY(auto stored, co_await context_.catalog.find<AttributesRecord>(kept.key));
  kept.expectations.push_back({kept.key, stored ? stored->version : MetaVersion{}});
  if (stored) kept.attributes = std::move(stored->record.attributes);
  co_return kept;
}

template <class Request>
Task<Result<Empty>> AttributeService::commit(Kept kept, Caller caller) {
  MetaTransaction change;
  change.expectations = std::move(kept.expectations);
  auto& value = change.changes.emplace_back(MetaTransaction::Change{kept.key, std::nullopt}).value;
  if (!kept.attributes.empty()) value = encode_record(AttributesRecord{std::move(kept.attributes)});
  FIRN_CO_CHECK(co_await context_.requests.remember<Request>(caller, Empty{}, &change));
  FIRN_CO_CHECK(co_await context_.commit(std::move(change)));
  co_return Empty{};
}

Task<Result<Empty>> AttributeService::set(AttributeSetRequest request, Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(const auto answered, co_await context_.requests.answered<AttributeSetRequest>(caller));
  if (answered) co_return Empty{};
  FIRN_CO_CHECK(check_given(request.attributes));
  FIRN_CO_TRY(Kept kept, co_await find(request.pool, request.container));
  for (Attribute& attribute : request.attributes) {
    const auto place = place_of(kept.attributes, attribute.name);
    if (is_at(kept.attributes, place, attribute.name)) {
      *place = std::move(attribute);
    } else {
      kept.attributes.insert(place, std::move(attribute));
    }
  }
  FIRN_CO_CHECK(check_size(kept.attributes));
  co_return co_await commit<AttributeSetRequest>(std::move(kept), caller);
}

Task<Result<Empty>> AttributeService::remove(AttributeDeleteRequest request, Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(const auto answered, co_await context_.requests.answered<AttributeDeleteRequest>(caller));
  if (answered) co_return Empty{};
  FIRN_CO_TRY(Kept kept, co_await find(request.pool, request.container));
  bool any = false;
  for (const std::string& name : request.names) {
    const auto place = place_of(kept.attributes, name);
    if (!is_at(kept.attributes, place, name)) continue;
    kept.attributes.erase(place);
    any = true;
  }
  if (!any) co_return none_there();
  co_return co_await commit<AttributeDeleteRequest>(std::move(kept), caller);
}

Task<Result<AttributeGetReply>> AttributeService::get(AttributeGetRequest request) {
  FIRN_CO_TRY(Kept kept, co_await find(request.pool, request.container));
  AttributeGetReply reply;
  for (const std::string& name : request.names) {
    const auto place = place_of(kept.attributes, name);
    // Asked for once more: it is told once, so the answer is not larger than what there is.
    const bool told = std::ranges::count(reply.attributes, name, &Attribute::name) > 0;
    if (is_at(kept.attributes, place, name) && !told) reply.attributes.push_back(*place);
  }
  if (reply.attributes.empty()) co_return none_there();
  co_return reply;
}

Task<Result<AttributeListReply>> AttributeService::list(AttributeListRequest request) {
  FIRN_CO_TRY(const Kept kept, co_await find(request.pool, request.container));
  AttributeListReply reply;
  for (const Attribute& attribute : kept.attributes) reply.names.push_back(attribute.name);
  co_return reply;
}

}  // namespace firn::control

// Rights and lists of access; see access_service.h.
#include "control/access_service.h"

#include "model/properties.h"

namespace firn::control {

namespace {

constexpr Rights kLook = right::kRead | right::kGetProperties | right::kGetAccess;

using Evaluate = Rights (*)(const AccessList&, const Ownership&, const Credential&);

Result<Rights> rights_by(const std::vector<Property>& properties, const std::optional<Credential>& who,
                         Evaluate evaluate) {
  const std::string* const text = find_property(properties, property::kAcl);
  if (!who || text == nullptr) return right::kAll;
  FIRN_TRY(const AccessList list, parse_access_list(*text));
  const Ownership of{property_value(properties, property::kOwner),
                     property_value(properties, property::kGroup)};
  return evaluate(list, of, *who);
}

// The property that the list is after the change.
Result<Property> changed_list(const std::vector<Property>& properties, const AccessChangeRequest& request) {
  FIRN_TRY(AccessList list, parse_access_list(property_value(properties, property::kAcl)));
  switch (request.change) {
    case AccessChange::overwrite: {
      FIRN_TRY(list, parse_access_list(request.text));
      break;
    }
    case AccessChange::update: {
      FIRN_TRY(const AccessList changes, parse_access_list(request.text));
      list = updated_access_list(std::move(list), changes);
      break;
    }
    case AccessChange::remove: {
      FIRN_TRY(list, without_principal(std::move(list), request.text));
      break;
    }
    default:
      return fail(Code::invalid, "there is no such change of an access control list");
  }
  return Property{std::string(property::kAcl), access_list_text(list)};
}

}  // namespace

Result<Rights> rights_in(const PoolRecord& pool, const std::optional<Credential>& who) {
  return rights_by(pool.properties, who, pool_rights);
}

Result<Rights> rights_in(const ContainerRecord& container, const std::optional<Credential>& who) {
  return rights_by(container.properties, who, container_rights);
}

Result<Rights> granted(Rights rights, bool write, std::string_view of, const std::optional<Credential>& who) {
  const bool looks = (rights & kLook) != 0;
  const bool changes = (rights & ~kLook) != 0;
  if (looks && !write) return rights & kLook;
  if (looks && changes) return rights;
  return fail(Code::permission, write ? "this user may not write there" : "this user may not read there")
      .on("user", who ? who->user : "")
      .on("of", of)
      .remedy("its owner can give the permission: daos container update-acl, dmg pool update-acl");
}

Task<Result<ContainerOpenReply>> AccessService::open_container(ContainerOpenRequest request) {
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(const auto container, co_await context_.catalog.container(pool.record, request.container));
  FIRN_CO_TRY(const Rights rights, rights_in(container.record, request.credential));
  FIRN_CO_TRY(const Rights given, granted(rights, request.write, request.container, request.credential));
  co_return ContainerOpenReply{info_of(container.record), given};
}

Task<Result<Empty>> AccessService::change(AccessChangeRequest request, Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(const auto answered, co_await context_.requests.answered<AccessChangeRequest>(caller));
  if (answered) co_return Empty{};
  MetaTransaction change;
  FIRN_CO_CHECK(request.container.empty() ? co_await change_pool(request, &change)
                                          : co_await change_container(request, &change));
  FIRN_CO_CHECK(co_await context_.requests.remember<AccessChangeRequest>(caller, Empty{}, &change));
  FIRN_CO_CHECK(co_await context_.commit(std::move(change)));
  co_return Empty{};
}

Task<Result<void>> AccessService::change_pool(AccessChangeRequest request, MetaTransaction* transaction) {
  FIRN_CO_TRY(auto pool, co_await context_.catalog.pool(request.pool));
  PoolRecord& record = pool.record;
  FIRN_CO_TRY(const Property list, changed_list(record.properties, request));
  FIRN_CO_TRY(record.properties, changed_pool_properties(std::move(record.properties), {list}));
  transaction->expectations.push_back({keys::pool(record.id), pool.version});
  transaction->changes.push_back({keys::pool(record.id), encode_record(record)});
  co_return Result<void>();
}

Task<Result<void>> AccessService::change_container(AccessChangeRequest request,
                                                   MetaTransaction* transaction) {
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(auto container, co_await context_.catalog.container(pool.record, request.container));
  ContainerRecord& record = container.record;
  FIRN_CO_TRY(const Property list, changed_list(record.properties, request));
  FIRN_CO_TRY(record.properties, changed_container_properties(std::move(record.properties), {list}));
  const std::string key = keys::container(record.pool, record.id);
  transaction->expectations.push_back({key, container.version});
  transaction->changes.push_back({key, encode_record(record)});
  co_return Result<void>();
}

}  // namespace firn::control

// Objects: opening, reading, writing, punching; daos_obj.h.
#include "capi/object_calls.h"

#include "capi/convert.h"
#include "capi/object_io.h"

namespace firn::capi {

namespace {

Task<Result<int>> update(Lane* lane, std::shared_ptr<ObjectHandle> handle, UpdatePlan plan) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  FIRN_CO_CHECK(co_await open.object.update(std::move(plan.dkey), std::move(plan.items), std::move(plan.data),
                                            plan.conditions));
  co_return 0;
}

Task<Result<int>> fetch(Lane* lane, std::shared_ptr<ObjectHandle> handle, FetchPlan plan,
                        IoArguments arguments) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  FIRN_CO_TRY(const auto found, co_await open.object.fetch(plan.dkey, plan.targets, plan.conditions));
  co_return tell_found(plan, found, arguments);
}

Task<Result<int>> punch(Lane* lane, std::shared_ptr<ObjectHandle> handle) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  FIRN_CO_CHECK(co_await open.object.punch());
  co_return 0;
}

struct PunchPlan {
  Key dkey;
  std::vector<Key> akeys;  // none: the dkey
  Condition conditions = Condition::none;
};

Task<Result<int>> punch_keys(Lane* lane, std::shared_ptr<ObjectHandle> handle, PunchPlan plan) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  if (plan.akeys.empty()) {
    FIRN_CO_CHECK(co_await open.object.punch_dkey(std::move(plan.dkey), plan.conditions));
  } else {
    FIRN_CO_CHECK(
        co_await open.object.punch_akeys(std::move(plan.dkey), std::move(plan.akeys), plan.conditions));
  }
  co_return 0;
}

// What a call that changes the object asks first.
int check_change(daos_handle_t oh, daos_handle_t th, std::shared_ptr<ObjectHandle>& handle) {
  if (!ready()) return -DER_UNINIT;
  handle = find<ObjectHandle>(oh);
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  return (handle->mode & kWriteModes) == 0 ? -DER_NO_PERM : 0;
}

int start_punch(std::shared_ptr<ObjectHandle> handle, PunchPlan plan, uint64_t flags, daos_event_t* ev) {
  if ((flags & DAOS_COND_MASK & ~uint64_t{DAOS_COND_PUNCH}) != 0)
    return refuse("a condition that punches do not have");
  if ((flags & DAOS_COND_PUNCH) != 0) plan.conditions = Condition::punch;
  return perform(ev, [handle = std::move(handle), plan = std::move(plan)](Lane& lane) {
    return punch_keys(&lane, handle, plan);
  });
}

}  // namespace

Result<OpenObject> open_in(Lane& lane, const ObjectHandle& handle) {
  FIRN_TRY(auto container, lane.container(handle.container));
  client::Object object = container->open(handle.id);
  return OpenObject{std::move(container), object};
}

int object_mode(const ContainerHandle& container, unsigned mode, unsigned& result) {
  const bool may_write = container.writable();
  if (!container.readable()) return -DER_NO_PERM;
  result = mode;
  if ((mode & (DAOS_OO_RO | kWriteModes)) == 0) result |= may_write ? DAOS_OO_RW : DAOS_OO_RO;
  return (result & kWriteModes) != 0 && !may_write ? -DER_NO_PERM : 0;
}

int describe_object(std::shared_ptr<ContainerHandle> container, ObjectId id, unsigned mode,
                    ObjectHandle& object) {
  if (const int bad = check_object_id(id); bad != 0) return bad;
  if (const int bad = object_mode(*container, mode, object.mode); bad != 0) return bad;
  object.container = std::move(container);
  object.id = id;
  return 0;
}

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_obj_open(daos_handle_t coh, daos_obj_id_t oid, unsigned int mode, daos_handle_t* oh,
                  daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (oh == nullptr) return refuse("there is no place for the handle");
  auto handle = std::make_shared<ObjectHandle>();
  if (const int bad = describe_object(std::move(container), object_id_of(oid), mode, *handle); bad != 0)
    return bad;
  *oh = handles().add(std::move(handle));
  return perform_now(ev, oh->cookie == 0 ? -DER_NOMEM : 0);
}

int daos_obj_close(daos_handle_t oh, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  const bool closed = handles().remove<ObjectHandle>(oh) || handles().remove<ArrayHandle>(oh) ||
                      handles().remove<KvHandle>(oh);
  return closed ? perform_now(ev, 0) : -DER_NO_HDL;
}

int daos_obj_update(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey, unsigned int nr,
                    daos_iod_t* iods, d_sg_list_t* sgls, daos_event_t* ev) {
  std::shared_ptr<ObjectHandle> handle;
  if (const int bad = check_change(oh, th, handle); bad != 0) return bad;
  auto plan =
      plan_update(handle->id, {.flags = flags, .dkey = dkey, .count = nr, .iods = iods, .sgls = sgls});
  if (!plan) return report(std::move(plan).error(), std::source_location::current());
  return perform(ev, [handle = std::move(handle), plan = *std::move(plan)](Lane& lane) mutable {
    return update(&lane, std::move(handle), std::move(plan));
  });
}

int daos_obj_fetch(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey, unsigned int nr,
                   daos_iod_t* iods, d_sg_list_t* sgls, daos_iom_t* ioms, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ObjectHandle>(oh);
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  const IoArguments arguments{
      .flags = flags, .dkey = dkey, .count = nr, .iods = iods, .sgls = sgls, .ioms = ioms};
  auto plan = plan_fetch(handle->id, arguments);
  if (!plan) return report(std::move(plan).error(), std::source_location::current());
  return perform(ev, [handle = std::move(handle), plan = *std::move(plan), arguments](Lane& lane) mutable {
    return fetch(&lane, std::move(handle), std::move(plan), arguments);
  });
}

int daos_obj_punch(daos_handle_t oh, daos_handle_t th, uint64_t, daos_event_t* ev) {
  std::shared_ptr<ObjectHandle> handle;
  if (const int bad = check_change(oh, th, handle); bad != 0) return bad;
  return perform(ev, [handle = std::move(handle)](Lane& lane) { return punch(&lane, handle); });
}

int daos_obj_punch_dkeys(daos_handle_t oh, daos_handle_t th, uint64_t flags, unsigned int nr,
                         daos_key_t* dkeys, daos_event_t* ev) {
  std::shared_ptr<ObjectHandle> handle;
  if (const int bad = check_change(oh, th, handle); bad != 0) return bad;
  auto dkey = nr == 1 ? key_of(dkeys, dkey_form(handle->id)) : std::nullopt;
  if (!dkey) return refuse("not one dkey");
  return start_punch(std::move(handle), {.dkey = *std::move(dkey), .akeys = {}}, flags, ev);
}

int daos_obj_punch_akeys(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey,
                         unsigned int nr, daos_key_t* akeys, daos_event_t* ev) {
  std::shared_ptr<ObjectHandle> handle;
  if (const int bad = check_change(oh, th, handle); bad != 0) return bad;
  auto key = key_of(dkey, dkey_form(handle->id));
  if (!key || nr == 0 || akeys == nullptr) return refuse("dkey or akeys missing");
  PunchPlan plan{.dkey = *std::move(key), .akeys = {}};
  for (unsigned i = 0; i < nr; i++) {
    auto akey = key_of(&akeys[i], akey_form(handle->id));
    if (!akey) return refuse("an akey is missing, or has another length than a number");
    plan.akeys.push_back(*std::move(akey));
  }
  return start_punch(std::move(handle), std::move(plan), flags, ev);
}

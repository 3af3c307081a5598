// Object ids; daos_obj.h.
#include "capi/convert.h"
#include "capi/object_calls.h"
#include "capi/object_class_choice.h"

namespace firn::capi {

int check_object_id(ObjectId id) {
  const daos_obj_id_t oid = daos_id_of(id);
  if (!daos_otype_t_is_valid(daos_obj_id2type(oid))) return refuse("an object id with an unknown type");
  if (daos_obj_id2ord(oid) == OR_RP_1 && daos_obj_id2grp_nr(oid) > 0) return 0;
  return report(fail(Code::unsupported, "this version has objects without redundancy only (S1, S2, … SX)")
                    .on("object", id.text())
                    .remedy("make its id with daos_obj_generate_oid() and a class like OC_SX, or OC_UNKNOWN"),
                std::source_location::current());
}

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_obj_generate_oid(daos_handle_t coh, daos_obj_id_t* oid, enum daos_otype_t type, daos_oclass_id_t cid,
                          daos_oclass_hints_t hints, uint32_t) {
  if (!ready()) return -DER_UNINIT;
  const auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (oid == nullptr || !daos_otype_t_is_valid(type)) return refuse("place for the id missing, or no type");
  const ClassWish wish{
      .type = type, .wanted = cid, .hints = hints, .targets = container->pool->target_count()};
  daos_oclass_id_t chosen = OC_UNKNOWN;
  if (const int bad = choose_object_class(wish, chosen); bad != 0) return bad;
  daos_obj_id_t id = *oid;
  set_object_class(id, type, chosen);
  if (const int bad = check_object_id(object_id_of(id)); bad != 0) return bad;
  *oid = id;
  return 0;
}

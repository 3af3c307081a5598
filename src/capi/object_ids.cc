// Object ids; daos_obj.h.
#include "capi/convert.h"
#include "capi/object_calls.h"
#include "model/object_id.h"
#include "placement/placement.h"

namespace firn::capi {

namespace {

constexpr unsigned kOrdinalUnprotected = OR_RP_1;

// The redundancy that hints or a class of the automatic ones ask for. compat: automatic class selection, for
// redundancy factor 0, which is what every container has.
enum class Groups : uint8_t { one, all };

std::optional<Groups> groups_of_class(daos_oclass_id_t automatic) {
  switch (automatic) {
    case OC_TINY:
    case OC_SMALL:
      return Groups::one;
    case OC_LARGE:
    case OC_MAX:
      return Groups::all;
    default:
      return std::nullopt;
  }
}

Groups groups_of_hints(daos_oclass_hints_t hints, enum daos_otype_t type) {
  const unsigned sharding = hints & DAOS_OCH_SHD_MASK;
  if ((sharding & DAOS_OCH_SHD_TINY) != 0) return Groups::one;
  if (sharding != 0 && (sharding & DAOS_OCH_SHD_DEF) == 0) return Groups::all;
  return daos_is_array_type(type) || daos_is_kv_type(type) ? Groups::all : Groups::one;
}

}  // namespace

int check_object_id(ObjectId id) {
  const daos_obj_id_t oid = daos_id_of(id);
  if (!daos_otype_t_is_valid(daos_obj_id2type(oid))) return refuse("an object id with an unknown type");
  if (daos_obj_id2ord(oid) == kOrdinalUnprotected && daos_obj_id2grp_nr(oid) > 0) return 0;
  return report(fail(Code::unsupported, "this version has objects without redundancy only (S1, S2, … SX)")
                    .on("object", id.text())
                    .remedy("make its id with daos_obj_generate_oid()"),
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
  if ((oid->hi >> OID_FMT_INTR_BITS) != 0) return refuse("the upper half of the id's hi is not the caller's");
  const uint32_t targets = container->pool->target_count();
  auto groups = groups_of_class(cid);
  if (cid == OC_UNKNOWN) groups = groups_of_hints(hints, type);
  firn::ObjectClassId chosen{cid};
  if (groups) chosen = *groups == Groups::one ? firn::kClassS1 : firn::kClassSX;
  if ((chosen.value >> OC_REDUN_SHIFT) != OR_RP_1) {
    return report(
        firn::fail(firn::Code::unsupported, "replication and erasure code are not in this version yet")
            .on("class", cid)
            .remedy("use an unprotected class: S1, S2, … or SX, or OC_UNKNOWN"),
        std::source_location::current());
  }
  if ((chosen.value & OID_FMT_META_MAX) == 0) return refuse("a class without groups");
  *oid = daos_id_of(
      firn::make_object_id(object_id_of(*oid), static_cast<firn::ObjectType>(type), chosen, targets));
  return 0;
}

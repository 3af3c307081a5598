// Properties of containers; see container_properties.h. Those that have a meaning here, and numbers that
// programs want back, are kept; of the others a container is made only with values that say what it is
// anyhow.
#include "capi/container_properties.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>

#include "capi/access_properties.h"
#include "capi/convert.h"
#include "model/epoch.h"
#include "model/properties.h"
#include "runtime/users.h"

namespace firn::capi {

namespace {

// What a property is that no container can have otherwise.
enum class Wish : uint8_t {
  same,     // only this value may be asked for
  any,      // another may be asked for: it would change nothing that programs see
  refused,  // it is not the maker's to say
};
struct Fixed {
  uint32_t type;
  uint64_t value;
  Wish wish;
};
// Numbers that are kept, and what they are unless given.
struct Number {
  uint32_t type;
  uint64_t value;
  std::string_view name;
};
constexpr Number kNumbers[] = {
    {DAOS_PROP_CO_LAYOUT_VER, 1, property::kLayoutVersion},
    {DAOS_PROP_CO_REDUN_LVL, DAOS_PROP_CO_REDUN_NODE, property::kRedundancyLevel},
    {DAOS_PROP_CO_SNAPSHOT_MAX, 0, property::kSnapshotsMax},
    {DAOS_PROP_CO_DEDUP_THRESHOLD, 4096, property::kDedupThreshold},
    {DAOS_PROP_CO_STATUS, DAOS_PROP_CO_STATUS_VAL(DAOS_PROP_CO_HEALTHY, 0, 0), property::kHealth},
    {DAOS_PROP_CO_ALLOCED_OID, 0, property::kAllocatedOid},
    {DAOS_PROP_CO_EC_CELL_SZ, 131072, property::kEcCellBytes},
    {DAOS_PROP_CO_EC_PDA, 1, property::kEcPerformanceDomain},
    {DAOS_PROP_CO_RP_PDA, 0xffffffff, property::kRpPerformanceDomain},
    {DAOS_PROP_CO_SCRUBBER_DISABLED, 0, property::kScrubDisabled},
    {DAOS_PROP_CO_PERF_DOMAIN, 255, property::kPerformanceDomain},
};
constexpr Fixed kFixed[] = {
    {DAOS_PROP_CO_CSUM, DAOS_PROP_CO_CSUM_CRC32, Wish::any},
    {DAOS_PROP_CO_CSUM_CHUNK_SIZE, 32768, Wish::any},
    {DAOS_PROP_CO_CSUM_SERVER_VERIFY, DAOS_PROP_CO_CSUM_SV_OFF, Wish::any},
    {DAOS_PROP_CO_REDUN_FAC, DAOS_PROP_CO_REDUN_RF0, Wish::same},
    {DAOS_PROP_CO_COMPRESS, DAOS_PROP_CO_COMPRESS_OFF, Wish::same},
    {DAOS_PROP_CO_ENCRYPT, DAOS_PROP_CO_ENCRYPT_OFF, Wish::same},
    {DAOS_PROP_CO_DEDUP, DAOS_PROP_CO_DEDUP_OFF, Wish::same},
    {DAOS_PROP_CO_GLOBAL_VERSION, 4, Wish::refused},
    {DAOS_PROP_CO_OBJ_VERSION, 2, Wish::refused},
};
// Those with a value of their own.
constexpr uint32_t kKept[] = {DAOS_PROP_CO_LABEL, DAOS_PROP_CO_LAYOUT_TYPE, DAOS_PROP_CO_ROOTS};

const Number* find_number(uint32_t type) {
  const auto* const found = std::ranges::find(kNumbers, type, &Number::type);
  return found == std::end(kNumbers) ? nullptr : found;
}

bool is_kept(uint32_t type) {
  return std::ranges::find(kKept, type) != std::end(kKept) || find_number(type) != nullptr ||
         find_access_property(type, kContainerAccess) != nullptr;
}

const Fixed* find_fixed(uint32_t type) {
  const auto* const found = std::ranges::find(kFixed, type, &Fixed::type);
  return found == std::end(kFixed) ? nullptr : found;
}

std::string_view value_of(const ContainerInfo& info, std::string_view name) {
  const std::string* const value = find_property(info.properties, name);
  return value == nullptr ? std::string_view() : *value;
}

Error about(Error error, uint32_t type) { return std::move(error).on("property_number", type); }

Result<void> check_wish(const daos_prop_entry& entry) {
  const Fixed* const fixed = find_fixed(entry.dpe_type);
  if (fixed == nullptr) {
    const bool known = entry.dpe_type > DAOS_PROP_CO_MIN && entry.dpe_type < DAOS_PROP_CO_MAX;
    if (!known) return about(fail(Code::invalid, "there is no such container property"), entry.dpe_type);
    return about(fail(Code::unsupported, "this version does not have this container property yet"),
                 entry.dpe_type);
  }
  if (fixed->wish == Wish::refused) {
    return about(fail(Code::invalid, "a container property that cannot be chosen"), entry.dpe_type);
  }
  if (fixed->wish == Wish::same && entry.dpe_val != fixed->value) {
    return about(fail(Code::unsupported, "this version has one value of this container property only"),
                 entry.dpe_type);
  }
  return {};
}

Result<Property> kept_property(const daos_prop_entry& entry) {
  if (find_access_property(entry.dpe_type, kContainerAccess) != nullptr)
    return access_property(entry, kContainerAccess);
  if (const Number* const number = find_number(entry.dpe_type))
    return Property{std::string(number->name), std::to_string(entry.dpe_val)};
  if (entry.dpe_type == DAOS_PROP_CO_LAYOUT_TYPE) {
    if (entry.dpe_val >= std::size(kLayouts)) return fail(Code::invalid, "there is no such layout");
    return Property{std::string(property::kLayoutType), std::string(kLayouts[entry.dpe_val])};
  }
  if (entry.dpe_val_ptr == nullptr) return fail(Code::invalid, "a container property has no value");
  if (entry.dpe_type == DAOS_PROP_CO_LABEL) {
    const std::string label(entry.dpe_str, strnlen(entry.dpe_str, DAOS_PROP_LABEL_MAX_LEN + 1));
    if (label == DAOS_PROP_NO_CO_LABEL) return fail(Code::invalid, "this label stands for none");
    return Property{std::string(property::kLabel), label};
  }
  std::vector<ObjectId> oids;
  for (const daos_obj_id_t& id : static_cast<const daos_prop_co_roots*>(entry.dpe_val_ptr)->cr_oids)
    oids.push_back(object_id_of(id));
  while (!oids.empty() && oids.back() == ObjectId{}) oids.pop_back();
  return Property{std::string(property::kRootOids), root_oids_text(oids)};
}

// Those that are kept; the others are checked.
Result<std::vector<Property>> wanted_properties(const daos_prop_t& list) {
  std::vector<Property> properties;
  if (list.dpp_nr > DAOS_PROP_ENTRIES_MAX_NR || (list.dpp_nr > 0 && list.dpp_entries == nullptr))
    return fail(Code::invalid, "a list of properties that cannot be");
  for (uint32_t i = 0; i < list.dpp_nr; i++) {
    const daos_prop_entry& entry = list.dpp_entries[i];
    for (uint32_t j = 0; j < i; j++) {
      if (list.dpp_entries[j].dpe_type == entry.dpe_type)
        return about(fail(Code::invalid, "a property is given twice"), entry.dpe_type);
    }
    if (!is_kept(entry.dpe_type)) {
      FIRN_CHECK(check_wish(entry));
    } else {
      FIRN_TRY(auto property, kept_property(entry));
      properties.push_back(std::move(property));
    }
  }
  return properties;
}

Result<void> set_text(daos_prop_entry& entry, std::string_view text) {
  if (daos_prop_entry_set_str(&entry, text.data(), text.size()) == 0) return {};
  return fail(Code::no_space, "there is no memory for a property");
}

Result<void> fill_entry(const ContainerInfo& info, daos_prop_entry& entry) {
  entry.dpe_flags = 0;
  if (entry.dpe_type == DAOS_PROP_CO_LABEL) {
    return set_text(entry, info.label.empty() ? DAOS_PROP_NO_CO_LABEL : std::string_view(info.label));
  }
  if (entry.dpe_type == DAOS_PROP_CO_LAYOUT_TYPE) {
    const auto* const layout = std::ranges::find(kLayouts, value_of(info, property::kLayoutType));
    entry.dpe_val = layout == std::end(kLayouts) ? 0 : static_cast<uint64_t>(layout - kLayouts);
    return {};
  }
  if (entry.dpe_type == DAOS_PROP_CO_ROOTS) {
    FIRN_TRY(const auto oids, parse_root_oids(value_of(info, property::kRootOids)));
    daos_prop_co_roots roots{};
    for (size_t i = 0; i < oids.size() && i < std::size(roots.cr_oids); i++)
      roots.cr_oids[i] = daos_id_of(oids[i]);
    if (daos_prop_entry_set_ptr(&entry, &roots, sizeof roots) == 0) return {};
    return fail(Code::no_space, "there is no memory for a property");
  }
  if (find_access_property(entry.dpe_type, kContainerAccess) != nullptr)
    return fill_access(info.properties, kContainerAccess, entry);
  if (const Number* const number = find_number(entry.dpe_type)) {
    const std::string_view value = value_of(info, number->name);
    entry.dpe_val = number->value;
    std::from_chars(value.data(), value.data() + value.size(), entry.dpe_val);
    return {};
  }
  if (const Fixed* const fixed = find_fixed(entry.dpe_type)) {
    entry.dpe_val = fixed->value;
    return {};
  }
  entry.dpe_flags = DAOS_PROP_ENTRY_NOT_SET;
  if (entry.dpe_type > DAOS_PROP_CO_MIN && entry.dpe_type < DAOS_PROP_CO_MAX) return {};
  return about(fail(Code::invalid, "there is no such container property"), entry.dpe_type);
}

}  // namespace

Result<ContainerCreateRequest> create_request(const char* label, const daos_prop_t* properties) {
  ContainerCreateRequest request;
  if (properties != nullptr) {
    FIRN_TRY(request.properties, wanted_properties(*properties));
  }
  FIRN_TRY(request.label, take_label(request.properties));
  if (label != nullptr) request.label = label;
  if (!request.label.empty()) FIRN_CHECK(check_label(request.label, "container"));
  add_maker(request.properties, process_credential());
  return request;
}

Result<std::vector<Property>> changed_properties(const daos_prop_t& properties) {
  return wanted_properties(properties);
}

Rights rights_to_change(const std::vector<Property>& properties) {
  Rights rights = 0;
  for (const Property& property : properties) {
    const bool owner = property.name == property::kOwner || property.name == property::kGroup;
    rights |= owner                             ? right::kSetOwner
              : property.name == property::kAcl ? right::kSetAccess
                                                : right::kSetProperties;
  }
  return rights;
}

Rights rights_to_see(const daos_prop_t& properties) {
  if (properties.dpp_nr == 0 || properties.dpp_entries == nullptr)
    return right::kGetProperties | right::kGetAccess;
  Rights rights = 0;
  for (uint32_t i = 0; i < properties.dpp_nr; i++) {
    rights |=
        properties.dpp_entries[i].dpe_type == DAOS_PROP_CO_ACL ? right::kGetAccess : right::kGetProperties;
  }
  return rights;
}

Result<void> add_all_entries(daos_prop_t& properties, uint32_t begin, uint32_t end) {
  properties.dpp_entries = static_cast<daos_prop_entry*>(calloc(end - begin, sizeof(daos_prop_entry)));
  if (properties.dpp_entries == nullptr) return fail(Code::no_space, "there is no memory for the properties");
  properties.dpp_nr = end - begin;
  for (uint32_t i = 0; i < properties.dpp_nr; i++) properties.dpp_entries[i].dpe_type = begin + i;
  return {};
}

Result<void> fill_properties(const ContainerInfo& info, daos_prop_t& properties) {
  if (properties.dpp_nr == 0) FIRN_CHECK(add_all_entries(properties, DAOS_PROP_CO_MIN + 1, DAOS_PROP_CO_MAX));
  if (properties.dpp_nr > DAOS_PROP_ENTRIES_MAX_NR)
    return fail(Code::invalid, "too many properties are asked for");
  for (uint32_t i = 0; i < properties.dpp_nr; i++) FIRN_CHECK(fill_entry(info, properties.dpp_entries[i]));
  return {};
}

void fill_container_info(const ContainerInfo& info, daos_cont_info_t& target) {
  target = {};
  copy_uuid(target.ci_uuid, info.id.uuid);
  target.ci_nhandles = 1;
  target.ci_md_otime = epoch_from_wall(info.created).value;
  target.ci_md_mtime = target.ci_md_otime;
}

}  // namespace firn::capi

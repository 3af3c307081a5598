// Object classes by name and number: pure functions; daos_obj_class.h.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <daos_obj_class.h>

namespace {

// Classes of one protection; they differ in the number of groups, which ends the name.
struct Family {
  const char* prefix;
  uint32_t redundancy;
  bool single_group_only = false;  // has a name with one group only
};

constexpr Family kFamilies[] = {
    {"S", OR_RP_1},
    {"RP_2G", OR_RP_2},
    {"RP_3G", OR_RP_3},
    {"RP_4G", OR_RP_4},
    {"RP_5G", OR_RP_5},
    {"RP_6G", OR_RP_6},
    {"RP_12G", OR_RP_12, true},
    {"RP_16G", OR_RP_16, true},
    {"RP_24G", OR_RP_24, true},
    {"RP_32G", OR_RP_32, true},
    {"RP_48G", OR_RP_48, true},
    {"RP_64G", OR_RP_64, true},
    {"RP_128G", OR_RP_128, true},
    {"EC_2P1G", OR_RS_2P1},
    {"EC_2P2G", OR_RS_2P2},
    {"EC_4P1G", OR_RS_4P1},
    {"EC_4P2G", OR_RS_4P2},
    {"EC_4P3G", OR_RS_4P3},
    {"EC_8P1G", OR_RS_8P1},
    {"EC_8P2G", OR_RS_8P2},
    {"EC_8P3G", OR_RS_8P3},
    {"EC_16P1G", OR_RS_16P1},
    {"EC_16P2G", OR_RS_16P2},
    {"EC_16P3G", OR_RS_16P3},
};

constexpr uint32_t kGroupCounts[] = {1, 2, 4, 6, 8, 12, 16, 32, MAX_NUM_GROUPS};

struct Named {
  std::string name;
  daos_oclass_id_t id;
};

// Those that leave the details to the system.
constexpr struct {
  const char* name;
  daos_oclass_id_t id;
} kAutomatic[] = {
    {"TINY", OC_TINY},
    {"SMALL", OC_SMALL},
    {"LARGE", OC_LARGE},
    {"MAX", OC_MAX},
    {"RP_TINY", OC_RP_TINY},
    {"RP_SMALL", OC_RP_SMALL},
    {"RP_LARGE", OC_RP_LARGE},
    {"RP_MAX", OC_RP_MAX},
    {"RP_SF_TINY", OC_RP_SF_TINY},
    {"RP_SF_SMALL", OC_RP_SF_SMALL},
    {"RP_SF_LARGE", OC_RP_SF_LARGE},
    {"RP_SF_MAX", OC_RP_SF_MAX},
    {"RP_XSF", OC_RP_XSF},
    {"EC_TINY", OC_EC_TINY},
    {"EC_SMALL", OC_EC_SMALL},
    {"EC_LARGE", OC_EC_LARGE},
    {"EC_MAX", OC_EC_MAX},
};

std::string group_text(uint32_t groups) { return groups == MAX_NUM_GROUPS ? "X" : std::to_string(groups); }

std::vector<Named> make_named_classes() {
  std::vector<Named> classes;
  for (const auto& automatic : kAutomatic) classes.push_back({automatic.name, automatic.id});
  for (const Family& family : kFamilies) {
    for (uint32_t groups : kGroupCounts) {
      if (groups > 1 && family.single_group_only) break;
      classes.push_back({family.prefix + group_text(groups), family.redundancy << OC_REDUN_SHIFT | groups});
    }
  }
  return classes;
}

// All classes that have a name, made at the first use.
const std::vector<Named>& named_classes() {
  static const std::vector<Named> classes = make_named_classes();
  return classes;
}

// Any number of groups has a name here; empty if there is no such class.
std::string name_of(daos_oclass_id_t id) {
  const uint32_t groups = id & MAX_NUM_GROUPS;
  for (const Family& family : kFamilies) {
    if (id >> OC_REDUN_SHIFT == family.redundancy && (id & 0xff0000) == 0 && groups > 0) {
      return family.prefix + group_text(groups);
    }
  }
  for (const auto& automatic : kAutomatic) {
    if (automatic.id == id) return automatic.name;
  }
  return "";
}

}  // namespace

int daos_oclass_name2id(const char* name) {
  if (name == nullptr) return OC_UNKNOWN;
  for (const Named& named : named_classes()) {
    if (named.name == name) return static_cast<int>(named.id);
  }
  return OC_UNKNOWN;
}

int daos_oclass_id2name(daos_oclass_id_t oc_id, char* name) {
  if (name == nullptr) return -DER_INVAL;
  const std::string found = name_of(oc_id);
  snprintf(name, MAX_OBJ_CLASS_NAME_LEN, "%s", found.empty() ? "UNKNOWN" : found.c_str());
  return found.empty() ? -1 : 0;
}

ssize_t daos_oclass_names_list(size_t size, char* str) {
  if (str == nullptr) return -DER_INVAL;
  std::string list;
  for (const Named& named : named_classes()) list += named.name + ", ";
  if (list.size() + 1 > size) return -DER_OVERFLOW;
  memcpy(str, list.c_str(), list.size() + 1);
  return static_cast<ssize_t>(list.size());
}

int daos_oclass_nr(int) { return static_cast<int>(named_classes().size()); }

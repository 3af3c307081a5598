// Properties and labels; see properties.h. One table says what there is.
#include "model/properties.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <span>

#include "model/access.h"
#include "model/limits.h"

namespace firn {

namespace {

enum class Change : uint8_t {
  any,     // may be set at any time
  once,    // may be set as long as it has its default
  absent,  // may be set as long as it is not there, which it is until then
  free,    // may be set at any time, and is not there until then
};

struct Rule {
  std::string_view name;
  std::string_view default_value;
  Change change;
  // The canonical form of a value.
  Result<std::string> (*canonical)(std::string_view value);
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

Result<std::string> canonical_layout(std::string_view value) {
  std::string name = lower(value);
  if (std::ranges::find(kLayouts, name) != std::end(kLayouts)) return name;
  std::string known;
  for (const std::string_view layout : kLayouts) known.append(known.empty() ? "" : ", ").append(layout);
  return fail(Code::invalid, "there is no such layout").remedy("layouts are: " + known);
}

Result<std::string> canonical_chunk_size(std::string_view value) {
  FIRN_TRY(const uint64_t bytes, parse_byte_count(value));
  if (bytes >= 4096 && bytes <= kRequestDataBytesMax) return std::to_string(bytes);
  return fail(Code::invalid,
              "a chunk size lies between 4 KiB and " + std::to_string(kRequestDataBytesMax >> 20) + " MiB");
}

Result<std::string> canonical_class(std::string_view value) {
  const auto parsed = class_from_name(value);
  if (parsed) return class_name(*parsed);
  if (value.starts_with("RP_") || value.starts_with("EC_")) {
    return fail(Code::unsupported, "replication and erasure code are not in this version yet")
        .remedy("use an unprotected class: S1, S2, … or SX");
  }
  return fail(Code::invalid, "there is no such object class").remedy("classes are S1, S2, … and SX");
}

Result<std::string> canonical_class_or_none(std::string_view value) {
  if (value.empty()) return std::string();
  return canonical_class(value);
}

Result<std::string> canonical_root_oids(std::string_view value) {
  auto oids = parse_root_oids(value);
  if (oids) return root_oids_text(*oids);
  return fail(Code::invalid, "root objects are up to 4 object ids as hexadecimal hi.lo, with commas between");
}

Result<std::string> canonical_number(std::string_view value) {
  uint64_t number = 0;
  const char* const begin = value.data();
  const char* const end = begin + value.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error == std::errc{} && stop == end) return std::to_string(number);
  return fail(Code::invalid, "this property is a number");
}

Result<std::string> canonical_principal(std::string_view value) {
  if (is_principal_name(value)) return std::string(value);
  return fail(Code::invalid, "owners are written NAME@ or NAME@DOMAIN");
}

template <Rights possible>
Result<std::string> canonical_access(std::string_view value) {
  FIRN_TRY(const AccessList list, parse_access_list(value, possible));
  return access_list_text(list);
}

// By name.
constexpr Rule kContainerRules[] = {
    {property::kAcl, "", Change::free, canonical_access<right::kContainer>},
    {property::kAllocatedOid, "", Change::free, canonical_number},
    {property::kChunkSize, "1048576", Change::any, canonical_chunk_size},
    {property::kDedupThreshold, "", Change::absent, canonical_number},
    {property::kDirClass, "", Change::any, canonical_class_or_none},
    {property::kEcCellBytes, "", Change::absent, canonical_number},
    {property::kEcPerformanceDomain, "", Change::absent, canonical_number},
    {property::kFileClass, "", Change::any, canonical_class_or_none},
    {property::kGroup, "", Change::free, canonical_principal},
    {property::kLayoutType, "unknown", Change::once, canonical_layout},
    {property::kLayoutVersion, "", Change::absent, canonical_number},
    {property::kSnapshotsMax, "", Change::free, canonical_number},
    {property::kObjectClass, "SX", Change::any, canonical_class},
    {property::kOwner, "", Change::free, canonical_principal},
    {property::kPerformanceDomain, "", Change::absent, canonical_number},
    {property::kRedundancyLevel, "", Change::absent, canonical_number},
    {property::kRootOids, "", Change::once, canonical_root_oids},
    {property::kRpPerformanceDomain, "", Change::absent, canonical_number},
    {property::kScrubDisabled, "", Change::free, canonical_number},
    {property::kHealth, "", Change::free, canonical_number},
};
constexpr Rule kPoolRules[] = {
    {property::kAcl, "", Change::free, canonical_access<right::kPool>},
    {property::kGroup, "", Change::free, canonical_principal},
    {property::kOwner, "", Change::free, canonical_principal},
};
static_assert(std::ranges::is_sorted(kPoolRules, {}, &Rule::name));
static_assert(kChunkBytesDefault == 1048576);
static_assert(std::ranges::is_sorted(kContainerRules, {}, &Rule::name));

// Names of DAOS that make sense and that we do not have (yet): worth another answer than a misspelled name.
constexpr std::string_view kContainerNotYet[] = {"cksum",      "cksum_size",     "compression", "dedup",
                                                 "encryption", "global_version", "obj_version", "rd_fac",
                                                 "rf",         "rf_lvl",         "srv_cksum"};
constexpr std::string_view kPoolNotYet[] = {"checkpoint",     "checkpoint_freq", "checkpoint_thresh",
                                            "data_thresh",    "ec_cell_sz",      "ec_pda",
                                            "global_version", "obj_version",     "perf_domain",
                                            "rd_fac",         "reclaim",         "reintegration",
                                            "rp_pda",         "scrub",           "scrub_freq",
                                            "scrub_thresh",   "self_heal",       "space_rb",
                                            "svc_list",       "svc_ops_enabled", "svc_ops_entry_age",
                                            "svc_rf",         "upgrade_status"};

// What there is for one kind of thing.
struct RuleSet {
  std::string_view of;
  std::span<const Rule> rules;
  std::span<const std::string_view> not_yet;
  std::string_view access;  // of one that has an owner and is given no list
};
constexpr RuleSet kContainer{"container", kContainerRules, kContainerNotYet, kContainerAccessDefault};
constexpr RuleSet kPool{"pool", kPoolRules, kPoolNotYet, kPoolAccessDefault};
// Lists are put first.
static_assert(kContainerRules[0].name == property::kAcl && kPoolRules[0].name == property::kAcl);

Error unknown_property(const RuleSet& set, std::string_view name) {
  const std::string of(set.of);
  if (std::ranges::find(set.not_yet, name) != set.not_yet.end()) {
    return fail(Code::unsupported, "this version does not have this " + of + " property yet")
        .on("property", name);
  }
  std::string known(property::kLabel);
  for (const Rule& rule : set.rules) known.append(", ").append(rule.name);
  return fail(Code::invalid, "there is no such " + of + " property")
      .on("property", name)
      .remedy("the " + of + " properties are: " + known);
}

Result<const Rule*> find_rule(const RuleSet& set, std::string_view name) {
  const auto found = std::ranges::find(set.rules, name, &Rule::name);
  if (found == set.rules.end()) return unknown_property(set, name);
  return &*found;
}

// Each name once; each known; values canonical. In the order given.
Result<std::vector<Property>> checked(const RuleSet& set, const std::vector<Property>& given) {
  std::vector<Property> result;
  for (const Property& property : given) {
    FIRN_TRY(const Rule* rule, find_rule(set, property.name));
    if (find_property(result, property.name) != nullptr) {
      return fail(Code::invalid, "a property is given twice").on("property", property.name);
    }
    auto value = rule->canonical(property.value);
    if (!value) {
      return std::move(value).error().on("property", property.name).on("value", property.value);
    }
    result.push_back({property.name, *std::move(value)});
  }
  return result;
}

bool has_default(const Rule& rule) { return rule.change == Change::any || rule.change == Change::once; }

Result<std::vector<Property>> with_defaults(const RuleSet& set, const std::vector<Property>& given) {
  FIRN_TRY(const std::vector<Property> values, checked(set, given));
  std::vector<Property> result;
  for (const Rule& rule : set.rules) {
    const std::string* value = find_property(values, rule.name);
    if (value == nullptr && !has_default(rule)) continue;
    result.push_back({std::string(rule.name), value != nullptr ? *value : std::string(rule.default_value)});
  }
  const bool owned = find_property(result, property::kOwner) != nullptr;
  if (owned && find_property(result, property::kAcl) == nullptr)
    result.insert(result.begin(), {std::string(property::kAcl), std::string(set.access)});
  return result;
}

Result<std::vector<Property>> changed(const RuleSet& set, std::vector<Property> current,
                                      const std::vector<Property>& changes) {
  FIRN_TRY(std::vector<Property> values, checked(set, changes));
  for (Property& change : values) {
    FIRN_TRY(const Rule* rule, find_rule(set, change.name));
    const auto place = std::ranges::lower_bound(current, change.name, {}, &Property::name);
    if (place == current.end() || place->name != change.name) {
      current.insert(place, std::move(change));
      continue;
    }
    const bool is_set = place->value != rule->default_value;
    const bool fixed = rule->change == Change::once || rule->change == Change::absent;
    if (fixed && is_set && place->value != change.value) {
      return fail(Code::invalid, "this property cannot be changed any more")
          .on("property", change.name)
          .on("value", place->value)
          .remedy("create another container with the value you need");
    }
    place->value = std::move(change.value);
  }
  return current;
}

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._:-").contains(c);
}

Result<uint64_t> parse_hexadecimal(std::string_view text) {
  uint64_t value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value, 16);
  if (error != std::errc{} || stop != end) return fail(Code::corrupt, "not a hexadecimal number");
  return value;
}

}  // namespace

Result<void> check_label(std::string_view label, std::string_view of) {
  const std::string rule = "a " + std::string(of) + " label has 1 to " + std::to_string(kLabelBytesMax) +
                           " characters out of A-Z a-z 0-9 . _ : -";
  if (label.empty()) return fail(Code::invalid, "the " + std::string(of) + " label is empty").remedy(rule);
  if (label.size() > kLabelBytesMax) {
    return fail(Code::name_too_long, "the " + std::string(of) + " label is too long")
        .on("bytes", label.size())
        .remedy(rule);
  }
  const auto bad = std::ranges::find_if_not(label, is_label_character);
  if (bad != label.end()) {
    return fail(Code::invalid, "the " + std::string(of) + " label has a character that labels cannot have")
        .on("label", label)
        .on("position", static_cast<uint64_t>(bad - label.begin()))
        .remedy(rule);
  }
  if (Uuid::parse(label)) {
    return fail(Code::invalid, "the " + std::string(of) + " label has the form of a UUID")
        .on("label", label)
        .remedy("choose another: a UUID always means the " + std::string(of) + " that has it");
  }
  return {};
}

Result<std::vector<Property>> new_pool_properties(const std::vector<Property>& given) {
  return with_defaults(kPool, given);
}

Result<std::vector<Property>> new_container_properties(const std::vector<Property>& given) {
  return with_defaults(kContainer, given);
}

Result<std::vector<Property>> changed_container_properties(std::vector<Property> current,
                                                           const std::vector<Property>& changes) {
  return changed(kContainer, std::move(current), changes);
}

Result<std::vector<Property>> changed_pool_properties(std::vector<Property> current,
                                                      const std::vector<Property>& changes) {
  return changed(kPool, std::move(current), changes);
}

void add_maker(std::vector<Property>& properties, const Credential& maker) {
  if (find_property(properties, property::kOwner) == nullptr)
    properties.push_back({std::string(property::kOwner), maker.user});
  if (find_property(properties, property::kGroup) == nullptr && !maker.groups.empty())
    properties.push_back({std::string(property::kGroup), maker.groups.front()});
}

Result<std::string> take_label(std::vector<Property>& properties) {
  std::string label;
  const auto is_label = [](const Property& property) { return property.name == property::kLabel; };
  const auto found = std::ranges::find_if(properties, is_label);
  if (found == properties.end()) return label;
  label = std::move(found->value);
  properties.erase(found);
  if (std::ranges::any_of(properties, is_label)) return fail(Code::invalid, "the label is given twice");
  return label;
}

const std::string* find_property(const std::vector<Property>& properties, std::string_view name) {
  const auto found = std::ranges::find(properties, name, &Property::name);
  return found == properties.end() ? nullptr : &found->value;
}

std::string_view property_value(const std::vector<Property>& properties, std::string_view name) {
  const std::string* const value = find_property(properties, name);
  return value == nullptr ? std::string_view() : *value;
}

Result<std::vector<ObjectId>> parse_root_oids(std::string_view value) {
  std::vector<ObjectId> oids;
  while (!value.empty()) {
    const std::string_view one = value.substr(0, value.find(','));
    value.remove_prefix(std::min(one.size() + 1, value.size()));
    const size_t dot = one.find('.');
    if (dot == std::string_view::npos || oids.size() == kRootOidsMax) {
      return fail(Code::corrupt, "the text is no list of object ids");
    }
    FIRN_TRY(const uint64_t hi, parse_hexadecimal(one.substr(0, dot)));
    FIRN_TRY(const uint64_t lo, parse_hexadecimal(one.substr(dot + 1)));
    oids.push_back({hi, lo});
  }
  return oids;
}

std::string root_oids_text(const std::vector<ObjectId>& oids) {
  std::string text;
  for (const ObjectId oid : oids) text.append(text.empty() ? "" : ",").append(oid.text());
  return text;
}

Result<uint64_t> parse_byte_count(std::string_view text) {
  uint64_t count = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, count);
  const Error bad =
      fail(Code::invalid, "a size is a number of bytes, or one with K, M, G or T (KiB, …) behind it");
  if (error != std::errc{}) return bad.clone();
  std::string unit = lower({stop, static_cast<size_t>(end - stop)});
  if (unit.ends_with("ib")) unit.resize(unit.size() - 2);
  if (unit.size() > 1) return bad.clone();
  const size_t power = unit.empty() ? 0 : std::string_view("kmgt").find(unit[0]) + 1;
  if (!unit.empty() && power == 0) return bad.clone();
  if (power > 0 && count >> (64 - 10 * power) != 0) return fail(Code::invalid, "the size is too large");
  return count << (10 * power);
}

}  // namespace firn

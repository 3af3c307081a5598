// Properties of pools and containers: their names, values and defaults in this version, and labels. Names are
// those of DAOS where it has the property. Values are text and are kept in one canonical form, so that equal
// values compare equal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/access.h"
#include "model/control_messages.h"
#include "model/object_id.h"

namespace firn {

namespace property {
// Of pools and containers. Changing it renames.
constexpr std::string_view kLabel = "label";
// Whose it is, "alice@" and "staff@", and who may do what (model/access.h). Absent: nobody's, and open to
// all.
constexpr std::string_view kOwner = "owner";
constexpr std::string_view kGroup = "group";
constexpr std::string_view kAcl = "acl";
// Of containers.
// Who gives the objects a meaning: one of kLayouts.
constexpr std::string_view kLayoutType = "layout_type";
// Where that meaning begins: up to 4 object ids, "hi.lo,hi.lo".
constexpr std::string_view kRootOids = "root_oids";
// Bytes per chunk (dkey) of files.
constexpr std::string_view kChunkSize = "chunk_size";
// Of objects whose maker names no class.
constexpr std::string_view kObjectClass = "object_class";
// Of directories and of files; empty: chosen by the file system.
constexpr std::string_view kDirClass = "dir_class";
constexpr std::string_view kFileClass = "file_class";
// Numbers that programs set and get back; absent unless they did.
constexpr std::string_view kAllocatedOid = "alloc_oid";
constexpr std::string_view kDedupThreshold = "dedup_threshold";
constexpr std::string_view kEcCellBytes = "ec_cell_sz";
constexpr std::string_view kEcPerformanceDomain = "ec_pda";
constexpr std::string_view kLayoutVersion = "layout_version";
constexpr std::string_view kSnapshotsMax = "max_snapshot";
constexpr std::string_view kPerformanceDomain = "perf_domain";
constexpr std::string_view kRedundancyLevel = "rd_lvl";
constexpr std::string_view kRpPerformanceDomain = "rp_pda";
constexpr std::string_view kScrubDisabled = "scrub_disabled";
constexpr std::string_view kHealth = "status";
}  // namespace property

// In the order of their numbers in the DAOS API.
constexpr std::string_view kLayouts[] = {"unknown",  "posix", "hdf5",    "python", "spark",
                                         "database", "root",  "seismic", "meteo"};
constexpr uint64_t kChunkBytesDefault = 1 << 20;
constexpr size_t kRootOidsMax = 4;

// Labels have 1 to 127 of [A-Za-z0-9._:-] and do not look like a UUID, because either may stand for the other
// in every command. `of` is what the label names, for the message: "pool", "container". Code::invalid or
// name_too_long.
Result<void> check_label(std::string_view label, std::string_view of);

// The properties of a new pool or container: what is given, checked and in canonical form, and the defaults
// for the rest, as far as they have one; by name. What has an owner and no list gets the default list. The
// label is not among them. Code::invalid for an unknown name (the message lists the known ones), a name given
// twice or a bad value; Code::unsupported for what DAOS has and this version cannot do.
Result<std::vector<Property>> new_pool_properties(const std::vector<Property>& given);
Result<std::vector<Property>> new_container_properties(const std::vector<Property>& given);

// `current` with `changes` made. Errors as above; Code::invalid for a property that is fixed once the
// container exists.
Result<std::vector<Property>> changed_container_properties(std::vector<Property> current,
                                                           const std::vector<Property>& changes);

// Pools have no other properties that can be changed than owner, group and list.
Result<std::vector<Property>> changed_pool_properties(std::vector<Property> current,
                                                      const std::vector<Property>& changes);

// Whoever makes something owns it, unless its properties name another.
void add_maker(std::vector<Property>& properties, const Credential& maker);

// Takes the label out of a list of properties: what create and set-properties do with it is not a property's
// change. Code::invalid if it is there twice. Empty if it is not there.
Result<std::string> take_label(std::vector<Property>& properties);

// The value, or nullptr.
const std::string* find_property(const std::vector<Property>& properties, std::string_view name);
// Its value; empty if it is not there.
std::string_view property_value(const std::vector<Property>& properties, std::string_view name);

// Conversions of canonical values. Code::corrupt if the text is not one.
Result<std::vector<ObjectId>> parse_root_oids(std::string_view value);
std::string root_oids_text(const std::vector<ObjectId>& oids);

// "4096", "64KiB", "1M": bytes; K, M, G and T are powers of 1024. Code::invalid if it is nothing of the kind.
Result<uint64_t> parse_byte_count(std::string_view text);

}  // namespace firn

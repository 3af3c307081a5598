// Parts of a store; see reach.h.
#include "vos/reach.h"

#include <algorithm>

#include "base/assert.h"

namespace firn::vos {

namespace {

bool overlap(const Recx& a, const Recx& b) { return a.start < b.end() && b.start < a.end(); }

// Records of one array do not disturb each other, unless they disagree on what a record is.
bool touches_records(const EntryChange& entry, const Reach& reach) {
  if (reach.recxs.empty() || entry.kind == EntryKind::single) return true;
  const bool sizes_differ =
      entry.record_bytes != 0 && reach.record_bytes != 0 && entry.record_bytes != reach.record_bytes;
  return sizes_differ || std::ranges::any_of(reach.recxs, [&](const Recx& recx) {
           return overlap(recx, {entry.start, entry.count});
         });
}

}  // namespace

std::string prefix_of(const Reach& reach) {
  switch (reach.level) {
    case ReachLevel::container:
      return container_prefix(reach.object.pg, reach.object.container);
    case ReachLevel::object:
      return object_prefix(reach.object);
    case ReachLevel::dkey:
      return dkey_prefix(reach.object, reach.dkey);
    case ReachLevel::akey:
      return akey_prefix(reach.object, reach.dkey, reach.akey);
  }
  assert_failed("a level", __FILE__, __LINE__);
}

std::vector<std::string> outer_prefixes(const Reach& reach) {
  std::vector<std::string> prefixes;
  if (reach.level > ReachLevel::object) prefixes.push_back(object_prefix(reach.object));
  if (reach.level > ReachLevel::dkey) prefixes.push_back(dkey_prefix(reach.object, reach.dkey));
  return prefixes;
}

bool touches(const Change& change, const Reach& reach) {
  if (change.object.container != reach.object.container) return false;
  if (reach.level == ReachLevel::container) return true;
  if (change.object != reach.object) return false;
  if (!change.dkey || reach.level == ReachLevel::object) return true;
  if (*change.dkey != reach.dkey) return false;
  if (change.akeys.empty() || reach.level == ReachLevel::dkey) return true;
  return std::ranges::any_of(change.akeys, [&](const AkeyChange& akey) {
    if (akey.akey != reach.akey) return false;
    return akey.punched || std::ranges::any_of(akey.entries, [&](const EntryChange& entry) {
             return touches_records(entry, reach);
           });
  });
}

std::vector<Reach> reaches_of(const Change& change) {
  if (!change.dkey) return {{.level = ReachLevel::object, .object = change.object}};
  if (change.akeys.empty()) {
    return {{.level = ReachLevel::dkey, .object = change.object, .dkey = *change.dkey}};
  }
  std::vector<Reach> reaches;
  for (const AkeyChange& akey : change.akeys) {
    Reach& reach = reaches.emplace_back();
    reach = {.level = ReachLevel::akey, .object = change.object, .dkey = *change.dkey, .akey = akey.akey};
    for (const EntryChange& entry : akey.entries) {
      if (entry.kind == EntryKind::single) continue;
      reach.recxs.push_back({entry.start, entry.count});
      if (entry.record_bytes != 0) reach.record_bytes = entry.record_bytes;
    }
  }
  return reaches;
}

}  // namespace firn::vos

// Reach: what part of a store an operation reads or writes: a container's share of a group, an object, a
// dkey, an akey, or some records of an array. And whether a change touches it. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "model/io.h"
#include "vos/change.h"
#include "vos/store_record.h"

namespace firn::vos {

enum class ReachLevel : uint8_t { container, object, dkey, akey };

struct Reach {
  ReachLevel level = ReachLevel::object;
  ObjectRef object;
  Key dkey = {};
  Key akey = {};
  // Of an array: these records only. Empty: all of the akey.
  std::vector<Recx> recxs = {};
  uint64_t record_bytes = 0;  // with recxs: what their size must be; 0: any
};

// The tree's prefix that all of the reach lies below.
std::string prefix_of(const Reach& reach);
// The prefixes of what the reach lies in, the outermost first: without its own, without the container's.
std::vector<std::string> outer_prefixes(const Reach& reach);
// Precondition: the change is of the same placement group.
bool touches(const Change& change, const Reach& reach);
// What a change writes, one for each akey, or for the dkey or object that it punches.
std::vector<Reach> reaches_of(const Change& change);

}  // namespace firn::vos

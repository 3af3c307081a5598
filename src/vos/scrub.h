// Scrub: what a scrub is asked and what it finds. Plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/io.h"

namespace firn::vos {

struct ScrubOptions {
  uint64_t bytes_per_second = 64ull << 20;
  size_t damages_max = 1000;  // more are only counted
};

// One place with damaged bytes. Either a page of the index: then all entries between two keys are out of
// reach. Or the data of one value or extent.
struct Damage {
  std::string what;  // in words: what is wrong, and where
  PgIndex pg;        // of a page: of the first key it may hold
  uint64_t page = 0;
  std::string key_begin;  // of a page: tree keys (docs/formats/records.md) from this one on ...
  std::string key_end;    // ... up to but without this one; empty: to the end
  ContainerId container;  // of data
  ObjectId object;
  Key dkey;
  Key akey;
  std::optional<Recx> recx;  // nothing: a single value
};

struct ScrubReport {
  std::vector<Damage> damages;
  uint64_t damage_count = 0;
  uint64_t pages = 0;       // that were read
  uint64_t records = 0;     // whose data was verified
  uint64_t data_bytes = 0;  // of these
};

}  // namespace firn::vos

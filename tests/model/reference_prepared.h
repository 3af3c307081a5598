// ReferencePrepared: transactions that are prepared, and what they stand in the way of, the simplest way: by
// comparing each of their writes with what is asked for.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vos/store.h"

namespace firn::model {

struct PreparedChanges {
  Epoch epoch;
  std::vector<vos::Punch> punches;  // first
  std::vector<vos::Update> updates;
  std::vector<std::string> payloads;  // of the updates
};

// A part of a store; what is not named is all of it.
struct Part {
  PgIndex pg;
  ContainerId container;
  std::optional<ObjectId> object = {};
  std::optional<Key> dkey = {};
  std::optional<Key> akey = {};
  std::vector<Recx> recxs = {};
};

std::vector<Part> parts_of(const vos::Update& update);
std::vector<Part> parts_of(const vos::Punch& punch);
std::vector<Part> parts_of(const PreparedChanges& changes);
bool overlap(const std::vector<Part>& a, const std::vector<Part>& b);

class ReferencePrepared {
 public:
  std::map<vos::PreparedId, PreparedChanges> all;

  // Whether what is undecided stands in the way; reads only of what is not above their epoch.
  bool stops(const vos::Update& update) const;
  bool stops(const vos::Punch& punch) const;
  bool stops(const vos::Fetch& fetch) const;
  bool stops(const vos::List& list) const;
  bool stops(const vos::Query& query) const;
  bool stops(const std::vector<Part>& parts, Epoch at) const;
};

}  // namespace firn::model

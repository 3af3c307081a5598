// Retention: which epochs stay readable, and what follows for a stored version
// (docs/decisions/0007-store-complete.md). Plain data.
#pragma once

#include <map>
#include <set>

#include "model/epoch.h"
#include "model/ids.h"

namespace firn::vos {

// Reads are promised for every epoch from `readable_from` on, and for the snapshots of their container. The
// caller's promise: no write with a given epoch comes at or below `readable_from` any more.
struct Retention {
  Epoch readable_from = kEpochMax;  // kEpochMax: the newest state only
  std::map<ContainerId, std::set<Epoch>> snapshots = {};
};

// The readable epochs as one run of aggregation takes them: all from `from` on, and the snapshots.
class ReadableEpochs {
 public:
  ReadableEpochs(Retention retention, Epoch from) : retention_(std::move(retention)), from_(from) {}

  // Nothing above is looked at: whoever reads there sees all of it.
  Epoch from() const { return from_; }
  // The first readable epoch at or above `version`. Versions for which it is the same are one layer to every
  // reader.
  Epoch first_at_or_above(ContainerId container, Epoch version) const {
    const auto found = retention_.snapshots.find(container);
    if (found != retention_.snapshots.end()) {
      const auto snapshot = found->second.lower_bound(version);
      if (snapshot != found->second.end() && *snapshot < from_) return *snapshot;
    }
    return std::max(version, from_);
  }

 private:
  Retention retention_;
  Epoch from_;
};

}  // namespace firn::vos

// Identifiers used everywhere. Each is its own type.
#pragma once

#include <cstdint>
#include <string>

#include "base/strong.h"
#include "base/uuid.h"

namespace firn {

using Rank = Strong<struct RankTag, uint32_t>;                // an engine of the system
using TargetIndex = Strong<struct TargetIndexTag, uint32_t>;  // a target of the pool, 0 … target count - 1
using PgIndex = Strong<struct PgIndexTag, uint32_t>;          // a placement group of the pool
using MapVersion = Strong<struct MapVersionTag, uint64_t>;    // of a pool map; grows with each change
using ClientId = Strong<struct ClientIdTag, uint64_t>;        // one client instance (random, 64 bits)
using RequestSequence = Strong<struct RequestSequenceTag, uint64_t>;  // per client, from 1, never reused
using ObjectClassId = Strong<struct ObjectClassIdTag, uint32_t>;  // redundancy ordinal << 24 | group count

struct PoolId {
  Uuid uuid;
  friend auto operator<=>(const PoolId&, const PoolId&) = default;
};
struct ContainerId {
  Uuid uuid;
  friend auto operator<=>(const ContainerId&, const ContainerId&) = default;
};

// A transaction, named by its client at random.
struct TransactionId {
  Uuid uuid;
  friend auto operator<=>(const TransactionId&, const TransactionId&) = default;
};

// 128 bits; the upper 32 of `hi` are type 8 | redundancy ordinal 8 | group count 16 (compat: DAOS object id).
struct ObjectId {
  uint64_t hi = 0;
  uint64_t lo = 0;
  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
  // "hi.lo" in hexadecimal, as people write DAOS object ids.
  std::string text() const;
};

// One request of one client, whoever resends it and however often: what makes a resend harmless.
struct RequestId {
  ClientId client;
  RequestSequence sequence;  // 0: the request has no identity and is not remembered
  friend auto operator<=>(const RequestId&, const RequestId&) = default;
};

}  // namespace firn

// MetaStore: where the system's metadata lives: a small, linearizable, durable map from keys to values with
// versions. SQLite (control/sqlite_meta_store.h) for one node, etcd later for clusters, simulated (sim builds
// on control/memory_meta_store.h) for tests. Off the I/O path.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/strong.h"
#include "runtime/task.h"

namespace firn::control {

// Grows with every change of the store; 0: the key does not exist.
using MetaVersion = Strong<struct MetaVersionTag, uint64_t>;

struct MetaEntry {
  std::string key;
  std::string value;
  MetaVersion version;  // of the last change of this key
};

// A compare-and-swap transaction: if every key is at its expected version all changes happen, else none.
struct MetaTransaction {
  struct Expectation {
    std::string key;
    MetaVersion version;
  };
  struct Change {
    std::string key;
    std::optional<std::string> value;  // none: delete
  };
  std::vector<Expectation> expectations;
  std::vector<Change> changes;
};

class MetaStore {
 public:
  virtual ~MetaStore() = default;
  virtual Task<Result<std::optional<MetaEntry>>> get(std::string key) = 0;
  // All entries whose key begins with `prefix`, by key.
  virtual Task<Result<std::vector<MetaEntry>>> list(std::string prefix) = 0;
  // True if it was applied (durable), false if an expectation did not hold. After an error either may be the
  // case.
  virtual Task<Result<bool>> commit(MetaTransaction transaction) = 0;
};

}  // namespace firn::control

// MemoryMetaStore: a MetaStore in memory. It outlives what uses it, so in the simulated world, where it
// stands outside the nodes, it is the durable store of a system whose nodes crash. One thread.
#pragma once

#include <map>

#include "control/meta_store.h"

namespace firn::control {

class MemoryMetaStore final : public MetaStore {
 public:
  Task<Result<std::optional<MetaEntry>>> get(std::string key) override;
  Task<Result<std::vector<MetaEntry>>> list(std::string prefix) override;
  Task<Result<bool>> commit(MetaTransaction transaction) override;

 private:
  struct Stored {
    std::string value;
    MetaVersion version;
  };

  MetaVersion version_of(const std::string& key) const;

  std::map<std::string, Stored> entries_;
  MetaVersion last_;
};

}  // namespace firn::control

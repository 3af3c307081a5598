// UsageTable: what each container takes, exactly: told of every entry that enters or leaves the tree. Part of
// each checkpoint, so that after a crash replay carries on from there. Synchronous.
#pragma once

#include <map>
#include <string_view>

#include "model/ids.h"
#include "vos/reclaim_image.h"

namespace firn::vos {

class UsageTable {
 public:
  // An entry of the tree, its key and value.
  void entered(std::string_view key, std::string_view value);
  void left(std::string_view key, std::string_view value);
  Usage of(ContainerId container) const;
  Usage total() const;

  size_t encoded_bytes_max() const { return rows_.size() * 44 + 16; }
  void encode(ReclaimImage& image) const;
  // On a new table.
  void decode(const ReclaimImage& image);
  friend bool operator==(const UsageTable&, const UsageTable&) = default;

 private:
  std::map<ContainerId, Usage> rows_;  // none for a container without entries
};

}  // namespace firn::vos

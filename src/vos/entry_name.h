// EntryName: what a key of the tree is about, for people: messages, checks, `firn debug`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vos/findings.h"
#include "vos/key_codec.h"

namespace firn::vos {

struct EntryName {
  ObjectRef object;
  std::optional<Key> dkey;  // none: the punch of an object
  std::optional<Key> akey;  // none: the punch of an object or dkey
  EntryKind kind = EntryKind::object_punch;
  uint64_t start = 0;  // hole and piece
  Epoch epoch;

  // Nothing if the bytes are no tree key.
  static std::optional<EntryName> of(std::string_view tree_key);
  // Adds pg, container, object, and as far as they apply dkey, akey, kind, start, epoch.
  Finding locate(Finding finding) const;
};

// "object punch", "single value", "piece", …
std::string_view entry_kind_name(EntryKind kind);
// A key of the tree, or the beginning of one, as far as it can be told apart: "pg 3 container … dkey …".
std::string describe_key(std::string_view tree_key);
// The bytes, those that are not printable as \xNN.
std::string printable_key(std::string_view key);

}  // namespace firn::vos

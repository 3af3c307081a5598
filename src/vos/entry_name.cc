// Names of tree entries; see entry_name.h.
#include "vos/entry_name.h"

#include <utility>

namespace firn::vos {

std::optional<EntryName> EntryName::of(std::string_view tree_key) {
  const auto parsed = parse_key(tree_key);
  if (!parsed) return std::nullopt;
  EntryName name;
  name.object = object_of(tree_key);
  name.kind = parsed->kind;
  name.start = parsed->start;
  name.epoch = parsed->epoch;
  if (parsed->dkey_prefix_bytes > 0) name.dkey = dkey_of(tree_key.substr(0, parsed->dkey_prefix_bytes));
  if (parsed->akey_prefix_bytes > 0) {
    name.akey = akey_of(tree_key.substr(0, parsed->akey_prefix_bytes), parsed->dkey_prefix_bytes);
  }
  return name;
}

Finding EntryName::locate(Finding finding) const {
  finding = std::move(finding)
                .on("pg", object.pg.value)
                .on("container", object.container.uuid.text())
                .on("object", object.object.text());
  if (dkey) finding = std::move(finding).on("dkey", printable_key(*dkey));
  if (akey) finding = std::move(finding).on("akey", printable_key(*akey));
  finding = std::move(finding).on("kind", std::string(entry_kind_name(kind)));
  if (kind == EntryKind::hole || kind == EntryKind::piece) finding = std::move(finding).on("start", start);
  return std::move(finding).on("epoch", epoch.value);
}

std::string_view entry_kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::object_punch:
      return "object punch";
    case EntryKind::dkey_punch:
      return "dkey punch";
    case EntryKind::akey_punch:
      return "akey punch";
    case EntryKind::single:
      return "single value";
    case EntryKind::hole:
      return "hole";
    case EntryKind::piece:
      return "piece";
  }
  return "unknown";
}

// Separators of inner pages are as short as tells neighbours apart.
std::string describe_key(std::string_view tree_key) {
  if (tree_key.empty()) return "the beginning";
  if (tree_key.size() < kObjectPrefixBytes) return "key " + printable_key(tree_key);
  const ObjectRef object = object_of(tree_key);
  std::string out = "pg " + std::to_string(object.pg.value) + " container " + object.container.uuid.text() +
                    " object " + object.object.text();
  const std::string_view rest = tree_key.substr(kObjectPrefixBytes);
  const auto name = EntryName::of(tree_key);
  if (!name) return rest.empty() ? out : out + " key " + printable_key(rest);
  if (name->dkey) out += " dkey " + printable_key(*name->dkey);
  if (name->akey) out += " akey " + printable_key(*name->akey);
  out.append(" ").append(entry_kind_name(name->kind));
  const bool extent = name->kind == EntryKind::hole || name->kind == EntryKind::piece;
  if (extent) out += " at " + std::to_string(name->start);
  return out + " epoch " + std::to_string(name->epoch.value);
}

std::string printable_key(std::string_view key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      out += c;
    } else {
      out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
    }
  }
  return out;
}

}  // namespace firn::vos

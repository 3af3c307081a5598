// Access control lists; see access.h.
#include "model/access.h"

#include <algorithm>
#include <array>
#include <optional>

namespace firn {

namespace {

constexpr std::string_view kOwner = "OWNER@";
constexpr std::string_view kOwnerGroup = "GROUP@";
constexpr std::string_view kEveryone = "EVERYONE@";

struct Letter {
  char letter;
  uint32_t bit;
};
// In the order of canonical text.
constexpr Letter kTypes[] = {{'A', 1}, {'U', 2}, {'L', 4}};
constexpr Letter kFlags[] = {{'G', 1}, {'S', 8}, {'F', 4}, {'P', 2}};
constexpr Letter kRights[] = {{'r', 1},  {'w', 2},  {'c', 4},   {'d', 8},  {'t', 16},
                              {'T', 32}, {'a', 64}, {'A', 128}, {'o', 256}};

template <size_t Count>
std::optional<uint32_t> bits_from(std::string_view text, const Letter (&letters)[Count]) {
  uint32_t bits = 0;
  for (const char given : text) {
    const auto* const letter = std::ranges::find(letters, given, &Letter::letter);
    if (letter == std::end(letters) || (bits & letter->bit) != 0) return std::nullopt;
    bits |= letter->bit;
  }
  return bits;
}

template <size_t Count>
std::string letters_of(uint64_t bits, const Letter (&letters)[Count]) {
  std::string text;
  for (const Letter& letter : letters) {
    if ((bits & letter.bit) != 0) text += letter.letter;
  }
  return text;
}

// nullopt unless there are exactly so many.
template <size_t Count>
std::optional<std::array<std::string_view, Count>> split(std::string_view text) {
  std::array<std::string_view, Count> fields;
  if (std::ranges::count(text, ':') != Count - 1) return std::nullopt;
  for (std::string_view& field : fields) {
    field = text.substr(0, text.find(':'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
  }
  return fields;
}

// The principals that a name stands for; users and groups differ by a flag, and so does the owner's group.
std::optional<PrincipalType> principal_type(std::string_view name, bool group) {
  if (name == kOwnerGroup) return group ? std::optional(PrincipalType::owner_group) : std::nullopt;
  if (name == kOwner) return group ? std::nullopt : std::optional(PrincipalType::owner);
  if (name == kEveryone) return group ? std::nullopt : std::optional(PrincipalType::everyone);
  if (!is_principal_name(name)) return std::nullopt;
  return group ? PrincipalType::group : PrincipalType::user;
}

bool is_named(PrincipalType type) { return type == PrincipalType::user || type == PrincipalType::group; }

bool same_principal(const AccessEntry& one, const AccessEntry& other) {
  return one.principal == other.principal && one.name == other.name;
}

// Behind those of its type.
void insert(AccessList& list, AccessEntry entry) {
  list.insert(std::ranges::upper_bound(list, entry.principal, {}, &AccessEntry::principal), std::move(entry));
}

const AccessEntry* find(const AccessList& list, PrincipalType type, std::string_view name) {
  const auto found = std::ranges::find_if(list, [&](const AccessEntry& entry) {
    return entry.principal == type && (!is_named(type) || entry.name == name);
  });
  return found == list.end() ? nullptr : &*found;
}

bool in_group(const Credential& who, std::string_view group) {
  return std::ranges::find(who.groups, group) != who.groups.end();
}

Rights allowed_by(const AccessEntry& entry) {
  return (entry.types & AccessEntry::kTypeAllow) != 0 ? entry.rights : 0;
}

// nullopt: no entry is about a group that they are in.
std::optional<Rights> group_rights(const AccessList& list, const Ownership& of, const Credential& who) {
  std::optional<Rights> all;
  for (const AccessEntry& entry : list) {
    const bool fits = (entry.principal == PrincipalType::owner_group && in_group(who, of.group)) ||
                      (entry.principal == PrincipalType::group && in_group(who, entry.name));
    if (fits) all = all.value_or(0) | allowed_by(entry);
  }
  return all;
}

bool is_owner(const Ownership& of, const Credential& who) {
  return !who.user.empty() && who.user == of.owner;
}

}  // namespace

bool is_principal_name(std::string_view name) {
  const size_t at = name.find('@');
  const auto bad = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == ':' || c == ','; };
  return name.size() <= kPrincipalBytesMax && at != std::string_view::npos && at > 0 &&
         name.find('@', at + 1) == std::string_view::npos && std::ranges::none_of(name, bad);
}

Result<AccessEntry> parse_access_entry(std::string_view text) {
  const auto bad = [&](const char* why) {
    return fail(Code::invalid, why).on("entry", text).remedy("write it like A:G:readers@:rt");
  };
  const auto fields = split<4>(text);
  if (!fields) return bad("an entry of an access control list has four parts");
  const auto types = bits_from((*fields)[0], kTypes);
  if (!types || *types == 0) return bad("the types of an entry are some of A, U, L");
  const auto flags = bits_from((*fields)[1], kFlags);
  if (!flags) return bad("the flags of an entry are some of G, S, F, P");
  const auto type = principal_type((*fields)[2], (*flags & AccessEntry::kFlagGroup) != 0);
  if (!type) return bad("an entry is about NAME@, OWNER@, EVERYONE@, or with the flag G about NAME@, GROUP@");
  const auto rights = bits_from((*fields)[3], kRights);
  if (!rights) return bad("the permissions of an entry are some of r, w, c, d, t, T, a, A, o");
  return AccessEntry{.types = *types,
                     .flags = *flags,
                     .principal = *type,
                     .name = is_named(*type) ? std::string((*fields)[2]) : "",
                     .rights = *rights};
}

std::string access_entry_text(const AccessEntry& entry) {
  constexpr std::string_view kNames[] = {kOwner, "", kOwnerGroup, "", kEveryone};
  std::string text = letters_of(entry.types, kTypes) + ":" + letters_of(entry.flags, kFlags) + ":";
  text += is_named(entry.principal) ? entry.name : kNames[static_cast<size_t>(entry.principal)];
  return text + ":" + letters_of(entry.rights, kRights);
}

Result<AccessList> parse_access_list(std::string_view text, Rights possible) {
  if (text.size() > kAccessListBytesMax) return fail(Code::too_big, "the access control list is too long");
  AccessList list;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    FIRN_TRY(AccessEntry entry, parse_access_entry(one));
    if ((entry.rights & ~possible) != 0)
      return fail(Code::invalid, "an entry gives permissions that there are not here").on("entry", one);
    const auto same = [&](const AccessEntry& other) { return same_principal(entry, other); };
    if (std::ranges::any_of(list, same))
      return fail(Code::invalid, "an access control list has two entries for one").on("entry", one);
    insert(list, std::move(entry));
  }
  return list;
}

std::string access_list_text(const AccessList& list) {
  std::string text;
  for (const AccessEntry& entry : list) text += (text.empty() ? "" : ",") + access_entry_text(entry);
  return text;
}

AccessList updated_access_list(AccessList list, const AccessList& changes) {
  for (const AccessEntry& change : changes) {
    const auto same = [&](const AccessEntry& entry) { return same_principal(entry, change); };
    const auto found = std::ranges::find_if(list, same);
    if (found == list.end()) {
      insert(list, change);
    } else {
      *found = change;
    }
  }
  return list;
}

Result<AccessList> without_principal(AccessList list, std::string_view principal) {
  const bool group = principal.starts_with("g:") || principal == kOwnerGroup;
  const bool named = principal.starts_with("g:") || principal.starts_with("u:");
  const std::string_view name = named ? principal.substr(2) : principal;
  const auto type = principal_type(name, group);
  if (!type || is_named(*type) != named) {
    return fail(Code::invalid, "there is no such principal")
        .on("principal", principal)
        .remedy("write OWNER@, GROUP@, EVERYONE@, u:NAME@ or g:NAME@");
  }
  const AccessEntry* const entry = find(list, *type, name);
  if (entry == nullptr)
    return fail(Code::not_found, "the list has no entry for that principal").on("principal", principal);
  list.erase(list.begin() + (entry - list.data()));
  return list;
}

Rights rights_of(const AccessList& list, const Ownership& of, const Credential& who) {
  if (is_owner(of, who)) {
    if (const auto* const entry = find(list, PrincipalType::owner, "")) return allowed_by(*entry);
  }
  if (!who.user.empty()) {
    if (const auto* const entry = find(list, PrincipalType::user, who.user)) return allowed_by(*entry);
  }
  if (const auto rights = group_rights(list, of, who)) return *rights;
  const auto* const everyone = find(list, PrincipalType::everyone, "");
  return everyone == nullptr ? 0 : allowed_by(*everyone);
}

Rights pool_rights(const AccessList& list, const Ownership& of, const Credential& who) {
  Rights rights = rights_of(list, of, who) & right::kPool;
  if ((rights & right::kRead) != 0) rights |= right::kGetProperties;
  if ((rights & right::kWrite) != 0) rights |= right::kCreateContainer | right::kDelete;
  return rights;
}

Rights container_rights(const AccessList& list, const Ownership& of, const Credential& who) {
  const Rights rights = rights_of(list, of, who) & right::kContainer;
  return is_owner(of, who) ? rights | right::kGetAccess | right::kSetAccess : rights;
}

}  // namespace firn

// Lists of properties: make, find, copy, merge; daos_prop.h. Values are the C library's memory.
#include <cstdlib>
#include <cstring>

#include <daos_prop.h>
#include <daos_security.h>
#include <gurt/common.h>

namespace {

enum class ValueKind : uint8_t { number, text, acl, roots, ranks };

ValueKind kind_of(uint32_t type) {
  switch (type) {
    case DAOS_PROP_PO_LABEL:
    case DAOS_PROP_PO_OWNER:
    case DAOS_PROP_PO_OWNER_GROUP:
    case DAOS_PROP_CO_LABEL:
    case DAOS_PROP_CO_OWNER:
    case DAOS_PROP_CO_OWNER_GROUP:
      return ValueKind::text;
    case DAOS_PROP_PO_ACL:
    case DAOS_PROP_CO_ACL:
      return ValueKind::acl;
    case DAOS_PROP_CO_ROOTS:
      return ValueKind::roots;
    case DAOS_PROP_PO_SVC_LIST:
      return ValueKind::ranks;
    default:
      return ValueKind::number;
  }
}

void free_value(daos_prop_entry& entry) {
  switch (kind_of(entry.dpe_type)) {
    case ValueKind::number:
      return;
    case ValueKind::ranks:
      d_rank_list_free(static_cast<d_rank_list_t*>(entry.dpe_val_ptr));
      break;
    case ValueKind::text:
    case ValueKind::acl:
    case ValueKind::roots:
      free(entry.dpe_val_ptr);
      break;
  }
  entry.dpe_val_ptr = nullptr;
}

size_t acl_bytes(const daos_prop_entry& entry) {
  return sizeof(daos_acl) + static_cast<const daos_acl*>(entry.dpe_val_ptr)->dal_len;
}

// A copy of `size` bytes becomes the entry's value.
int set_bytes(daos_prop_entry& entry, const void* bytes, size_t size) {
  void* const copy = malloc(size == 0 ? 1 : size);
  if (copy == nullptr) return -DER_NOMEM;
  memcpy(copy, bytes, size);
  free_value(entry);
  entry.dpe_val_ptr = copy;
  entry.dpe_flags &= static_cast<uint16_t>(~DAOS_PROP_ENTRY_NOT_SET);
  return 0;
}

// `target` is zero.
int copy_entry(daos_prop_entry& target, const daos_prop_entry& source) {
  target.dpe_type = source.dpe_type;
  target.dpe_flags = source.dpe_flags;
  const ValueKind kind = kind_of(source.dpe_type);
  if (kind == ValueKind::number) {
    target.dpe_val = source.dpe_val;
    return 0;
  }
  if (source.dpe_val_ptr == nullptr) return 0;
  if (kind == ValueKind::ranks) {
    d_rank_list_t* copy = nullptr;
    const int result = d_rank_list_dup(&copy, static_cast<const d_rank_list_t*>(source.dpe_val_ptr));
    target.dpe_val_ptr = copy;
    return result;
  }
  const size_t size = kind == ValueKind::text  ? strlen(source.dpe_str) + 1
                      : kind == ValueKind::acl ? acl_bytes(source)
                                               : sizeof(daos_prop_co_roots);
  return set_bytes(target, source.dpe_val_ptr, size);
}

uint32_t entry_count(const daos_prop_t* list) {
  return list == nullptr || list->dpp_entries == nullptr ? 0 : list->dpp_nr;
}

// What of `old_list` is not in `new_list`, then all of `new_list`; places in `merged` are enough for both.
int fill_merged(daos_prop_t& merged, daos_prop_t* old_list, daos_prop_t* new_list) {
  uint32_t count = 0;
  for (uint32_t index = 0; index < entry_count(old_list); ++index) {
    const daos_prop_entry& entry = old_list->dpp_entries[index];
    if (daos_prop_entry_get(new_list, entry.dpe_type) != nullptr) continue;
    if (const int result = copy_entry(merged.dpp_entries[count++], entry)) return result;
  }
  for (uint32_t index = 0; index < entry_count(new_list); ++index) {
    if (const int result = copy_entry(merged.dpp_entries[count++], new_list->dpp_entries[index]))
      return result;
  }
  merged.dpp_nr = count;
  return 0;
}

}  // namespace

daos_prop_t* daos_prop_alloc(uint32_t entries_nr) {
  if (entries_nr > DAOS_PROP_ENTRIES_MAX_NR) return nullptr;
  auto* const list = static_cast<daos_prop_t*>(calloc(1, sizeof(daos_prop_t)));
  if (list == nullptr || entries_nr == 0) return list;
  list->dpp_entries = static_cast<daos_prop_entry*>(calloc(entries_nr, sizeof(daos_prop_entry)));
  if (list->dpp_entries == nullptr) {
    free(list);
    return nullptr;
  }
  list->dpp_nr = entries_nr;
  return list;
}

void daos_prop_fini(daos_prop_t* prop) {
  for (uint32_t index = 0; index < entry_count(prop); ++index) free_value(prop->dpp_entries[index]);
  if (prop == nullptr) return;
  free(prop->dpp_entries);
  prop->dpp_entries = nullptr;
  prop->dpp_nr = 0;
}

void daos_prop_free(daos_prop_t* prop) {
  daos_prop_fini(prop);
  free(prop);
}

int daos_prop_merge2(daos_prop_t* old_prop, daos_prop_t* new_prop, daos_prop_t** out_prop) {
  if (out_prop == nullptr || (old_prop == nullptr && new_prop == nullptr)) return -DER_INVAL;
  const uint32_t room = entry_count(old_prop) + entry_count(new_prop);
  if (room > 2 * DAOS_PROP_ENTRIES_MAX_NR) return -DER_INVAL;
  auto* const merged = static_cast<daos_prop_t*>(calloc(1, sizeof(daos_prop_t)));
  if (merged == nullptr) return -DER_NOMEM;
  merged->dpp_entries = static_cast<daos_prop_entry*>(calloc(room + 1, sizeof(daos_prop_entry)));
  merged->dpp_nr = room;
  const int result = merged->dpp_entries == nullptr ? -DER_NOMEM : fill_merged(*merged, old_prop, new_prop);
  if (result != 0) {
    daos_prop_free(merged);
    return result;
  }
  *out_prop = merged;
  return 0;
}

daos_prop_t* daos_prop_merge(daos_prop_t* old_prop, daos_prop_t* new_prop) {
  daos_prop_t* merged = nullptr;
  return daos_prop_merge2(old_prop, new_prop, &merged) == 0 ? merged : nullptr;
}

daos_prop_entry* daos_prop_entry_get(daos_prop_t* prop, uint32_t type) {
  for (uint32_t index = 0; index < entry_count(prop); ++index) {
    if (prop->dpp_entries[index].dpe_type == type) return &prop->dpp_entries[index];
  }
  return nullptr;
}

int daos_prop_entry_set_str(daos_prop_entry* entry, const char* str, daos_size_t len) {
  if (entry == nullptr || str == nullptr || !daos_prop_has_str(entry)) return -DER_INVAL;
  char* const copy = strndup(str, len);
  if (copy == nullptr) return -DER_NOMEM;
  free_value(*entry);
  entry->dpe_str = copy;
  entry->dpe_flags &= static_cast<uint16_t>(~DAOS_PROP_ENTRY_NOT_SET);
  return 0;
}

int daos_prop_set_str(daos_prop_t* prop, uint32_t type, const char* str, daos_size_t len) {
  daos_prop_entry* const entry = daos_prop_entry_get(prop, type);
  return entry == nullptr ? -DER_NONEXIST : daos_prop_entry_set_str(entry, str, len);
}

int daos_prop_entry_set_ptr(daos_prop_entry* entry, const void* ptr, daos_size_t size) {
  if (entry == nullptr || ptr == nullptr || !daos_prop_has_ptr(entry)) return -DER_INVAL;
  // A rank list is more than its bytes.
  if (kind_of(entry->dpe_type) == ValueKind::ranks) return -DER_NOTSUPPORTED;
  return set_bytes(*entry, ptr, size);
}

int daos_prop_set_ptr(daos_prop_t* prop, uint32_t type, const void* ptr, daos_size_t size) {
  daos_prop_entry* const entry = daos_prop_entry_get(prop, type);
  return entry == nullptr ? -DER_NONEXIST : daos_prop_entry_set_ptr(entry, ptr, size);
}

int daos_prop_entry_dup_ptr(daos_prop_entry* entry_dst, daos_prop_entry* entry_src, size_t len) {
  if (entry_src == nullptr) return -DER_INVAL;
  return daos_prop_entry_set_ptr(entry_dst, entry_src->dpe_val_ptr, len);
}

int daos_prop_entry_dup_co_roots(daos_prop_entry* dst, daos_prop_entry* src) {
  return daos_prop_entry_dup_ptr(dst, src, sizeof(daos_prop_co_roots));
}

int daos_prop_entry_cmp_acl(daos_prop_entry* entry1, daos_prop_entry* entry2) {
  if (entry1 == nullptr || entry2 == nullptr || kind_of(entry1->dpe_type) != ValueKind::acl ||
      kind_of(entry2->dpe_type) != ValueKind::acl) {
    return -DER_INVAL;
  }
  if (entry1->dpe_val_ptr == nullptr || entry2->dpe_val_ptr == nullptr) {
    return entry1->dpe_val_ptr == entry2->dpe_val_ptr ? 0 : -DER_MISMATCH;
  }
  const size_t size = acl_bytes(*entry1);
  const bool same = size == acl_bytes(*entry2) && memcmp(entry1->dpe_val_ptr, entry2->dpe_val_ptr, size) == 0;
  return same ? 0 : -DER_MISMATCH;
}

bool daos_prop_has_str(daos_prop_entry* entry) {
  return entry != nullptr && kind_of(entry->dpe_type) == ValueKind::text;
}

bool daos_prop_has_ptr(daos_prop_entry* entry) {
  return entry != nullptr && kind_of(entry->dpe_type) != ValueKind::text &&
         kind_of(entry->dpe_type) != ValueKind::number;
}

// Container properties from text, "name:value;name:value": what may be set when a container is made (compat
// facts: container properties); daos_prop.h.
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include <daos_prop.h>

namespace {

constexpr std::string_view kSwitch[] = {"off", "on"};
constexpr std::string_view kChecksums[] = {"off",  "crc16",  "crc32",  "crc64",
                                           "sha1", "sha256", "sha512", "adler32"};
constexpr std::string_view kCompressions[] = {"off",      "lz4",      "deflate", "deflate1",
                                              "deflate2", "deflate3", "deflate4"};
constexpr std::string_view kEncryptions[] = {"off",        "aes-xts128", "aes-xts256", "aes-cbc128",
                                             "aes-cbc192", "aes-cbc256", "aes-gcm128", "aes-gcm256"};
constexpr std::string_view kDeduplications[] = {"off", "memcmp", "hash"};

// A property: its names, and what its value may be: text (a label), one of some words, or a number.
struct Property {
  std::string_view name;
  std::string_view former_name;
  uint32_t type;
  bool is_label = false;
  std::span<const std::string_view> words{};  // the value is the word's position
  uint64_t min = 0;
  uint64_t max = UINT64_MAX;
};

constexpr Property kProperties[] = {
    {.name = "label", .former_name = {}, .type = DAOS_PROP_CO_LABEL, .is_label = true},
    {.name = "cksum", .former_name = "csum", .type = DAOS_PROP_CO_CSUM, .words = kChecksums},
    {.name = "cksum_size", .former_name = "csum_size", .type = DAOS_PROP_CO_CSUM_CHUNK_SIZE, .min = 1},
    {.name = "srv_cksum",
     .former_name = "srv_csum",
     .type = DAOS_PROP_CO_CSUM_SERVER_VERIFY,
     .words = kSwitch},
    {.name = "rd_fac", .former_name = "rf", .type = DAOS_PROP_CO_REDUN_FAC, .max = DAOS_RF_MAX},
    {.name = "rd_lvl",
     .former_name = "rf_lvl",
     .type = DAOS_PROP_CO_REDUN_LVL,
     .min = DAOS_PROP_CO_REDUN_MIN,
     .max = DAOS_PROP_CO_REDUN_MAX},
    {.name = "max_snapshot", .former_name = {}, .type = DAOS_PROP_CO_SNAPSHOT_MAX},
    {.name = "compression", .former_name = {}, .type = DAOS_PROP_CO_COMPRESS, .words = kCompressions},
    {.name = "encryption", .former_name = {}, .type = DAOS_PROP_CO_ENCRYPT, .words = kEncryptions},
    {.name = "dedup", .former_name = {}, .type = DAOS_PROP_CO_DEDUP, .words = kDeduplications},
    {.name = "dedup_threshold", .former_name = {}, .type = DAOS_PROP_CO_DEDUP_THRESHOLD, .min = 1},
    {.name = "ec_cell_sz",
     .former_name = "ec_cell",
     .type = DAOS_PROP_CO_EC_CELL_SZ,
     .min = DAOS_PROP_PO_EC_CELL_SZ_MIN,
     .max = DAOS_PROP_PO_EC_CELL_SZ_MAX},
    {.name = "ec_pda", .former_name = {}, .type = DAOS_PROP_CO_EC_PDA, .min = 1, .max = UINT32_MAX},
    {.name = "rp_pda", .former_name = {}, .type = DAOS_PROP_CO_RP_PDA, .min = 1, .max = UINT32_MAX},
};

const Property* find_property(std::string_view name) {
  for (const Property& property : kProperties) {
    if (name == property.name || (!name.empty() && name == property.former_name)) return &property;
  }
  return nullptr;
}

std::optional<uint64_t> parse_number(const Property& property, std::string_view text) {
  for (size_t index = 0; index < property.words.size(); ++index) {
    if (text == property.words[index]) return index;
  }
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!property.words.empty() || !whole || number < property.min || number > property.max)
    return std::nullopt;
  return number;
}

int set_label(daos_prop_entry& entry, std::string_view text) {
  std::array<char, DAOS_PROP_MAX_LABEL_BUF_LEN> label{};
  if (text.size() >= label.size()) return -DER_INVAL;
  memcpy(label.data(), text.data(), text.size());
  if (!daos_label_is_valid(label.data())) return -DER_INVAL;
  return daos_prop_entry_set_str(&entry, label.data(), text.size());
}

// One "name:value" into the next entry of the list, which has room for it.
int add_property(daos_prop_t& list, uint32_t& count, std::string_view text) {
  const size_t colon = text.find(':');
  const Property* const property =
      colon == std::string_view::npos ? nullptr : find_property(text.substr(0, colon));
  if (property == nullptr || daos_prop_entry_get(&list, property->type) != nullptr) return -DER_INVAL;
  daos_prop_entry& entry = list.dpp_entries[count++];
  entry.dpe_type = property->type;
  const std::string_view value = text.substr(colon + 1);
  if (property->is_label) return set_label(entry, value);
  const auto number = parse_number(*property, value);
  if (!number) return -DER_INVAL;
  entry.dpe_val = *number;
  return 0;
}

int parse(daos_prop_t& list, std::string_view text) {
  uint32_t count = 0;
  while (!text.empty()) {
    const size_t semicolon = text.find(';');
    // Each property is there once at most, so the list cannot overflow.
    if (const int result = add_property(list, count, text.substr(0, semicolon))) return result;
    text = semicolon == std::string_view::npos ? std::string_view{} : text.substr(semicolon + 1);
  }
  list.dpp_nr = count;
  return count == 0 ? -DER_INVAL : 0;
}

}  // namespace

int daos_prop_from_str(const char* str, daos_size_t len, daos_prop_t** prop) {
  if (str == nullptr || prop == nullptr) return -DER_INVAL;
  daos_prop_t* const list = daos_prop_alloc(std::size(kProperties) + 1);
  if (list == nullptr) return -DER_NOMEM;
  const int result = parse(*list, std::string_view(str, strnlen(str, len)));
  if (result != 0) {
    daos_prop_free(list);
    return result;
  }
  *prop = list;
  return 0;
}

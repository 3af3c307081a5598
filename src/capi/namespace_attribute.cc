// The text by which a path of a file system leads to a container, "DAOS.POSIX://<pool>/<container>" with
// UUIDs, and the plain parts of duns_attr_t; daos_uns.h.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include <daos_uns.h>

#include "base/uuid.h"
#include "capi/namespace_text.h"

namespace firn::capi {
namespace {

constexpr std::string_view kLayouts[] = {"UNKNOWN",  "POSIX", "HDF5",    "PYTHON", "SPARK",
                                         "DATABASE", "ROOT",  "SEISMIC", "METEO"};
constexpr std::string_view kScheme = "DAOS.";

std::optional<daos_cont_layout_t> layout_from(std::string_view name) {
  for (daos_cont_layout_t layout = DAOS_PROP_CO_LAYOUT_POSIX; layout < DAOS_PROP_CO_LAYOUT_MAX; ++layout) {
    if (kLayouts[layout] == name) return layout;
  }
  return std::nullopt;
}

void set_name(std::string_view name, char (&text)[DAOS_PROP_LABEL_MAX_LEN + 1], uuid_t& uuid) {
  memset(text, 0, sizeof text);
  name.copy(text, sizeof text - 1);
  const auto parsed = Uuid::parse(name);
  if (parsed) memcpy(uuid, parsed->bytes.data(), parsed->bytes.size());
}

}  // namespace

void set_pool(duns_attr_t& attributes, std::string_view name) {
  set_name(name, attributes.da_pool, attributes.da_puuid);
}

void set_container(duns_attr_t& attributes, std::string_view name) {
  set_name(name, attributes.da_cont, attributes.da_cuuid);
}

bool set_rest(duns_attr_t& attributes, std::string_view rest) {
  char* const copy = rest.empty() ? nullptr : strndup(rest.data(), rest.size());
  if (copy == nullptr && !rest.empty()) return false;
  free(attributes.da_rel_path);
  attributes.da_rel_path = copy;
  return true;
}

bool parse_namespace_text(std::string_view text, duns_attr_t& attributes) {
  if (text.size() > DUNS_MAX_XATTR_LEN || !text.starts_with(kScheme)) return false;
  text.remove_prefix(kScheme.size());
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return false;
  const auto layout = layout_from(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  const size_t slash = text.find('/');
  if (!layout || slash == std::string_view::npos) return false;
  const std::string_view pool = text.substr(0, slash);
  const std::string_view container = text.substr(slash + 1);
  if (!Uuid::parse(pool) || !Uuid::parse(container)) return false;
  attributes.da_type = *layout;
  set_pool(attributes, pool);
  set_container(attributes, container);
  return true;
}

}  // namespace firn::capi

int duns_parse_attr(char* str, daos_size_t len, duns_attr_t* attr) {
  if (str == nullptr || attr == nullptr) return EINVAL;
  const std::string_view text(str, strnlen(str, len));
  return firn::capi::parse_namespace_text(text, *attr) ? 0 : EINVAL;
}

int duns_set_sys_name(duns_attr_t* attrp, const char* sys) {
  if (attrp == nullptr || sys == nullptr || strlen(sys) > DAOS_SYS_NAME_MAX) return EINVAL;
  char* const copy = strdup(sys);
  if (copy == nullptr) return ENOMEM;
  free(attrp->da_sys);
  attrp->da_sys = copy;
  return 0;
}

void duns_destroy_attr(duns_attr_t* attrp) {
  if (attrp == nullptr) return;
  free(attrp->da_rel_path);
  free(attrp->da_sys);
  attrp->da_rel_path = nullptr;
  attrp->da_sys = nullptr;
}

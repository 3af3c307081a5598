// Lists of ranks from text; daos_api.h.
#include <charconv>
#include <cstring>
#include <string_view>

#include <daos_api.h>
#include <gurt/common.h>

namespace {

// Appends the number in `text`; false if it is none, or there is no memory.
bool append(d_rank_list_t& list, std::string_view text) {
  d_rank_t rank = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rank);
  return error == std::errc{} && end == text.data() + text.size() && d_rank_list_append(&list, rank) == 0;
}

}  // namespace

d_rank_list_t* daos_rank_list_parse(const char* str, const char* sep) {
  if (str == nullptr || sep == nullptr || *sep == '\0') return nullptr;
  d_rank_list_t* const list = d_rank_list_alloc(0);
  if (list == nullptr) return nullptr;
  const std::string_view separator = sep;
  std::string_view rest = str;
  while (append(*list, rest.substr(0, rest.find(separator)))) {
    const size_t next = rest.find(separator);
    if (next == std::string_view::npos) return list;
    rest.remove_prefix(next + separator.size());
  }
  d_rank_list_free(list);
  return nullptr;
}

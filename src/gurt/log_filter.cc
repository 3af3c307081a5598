// See log_filter.h.
#include "gurt/log_filter.h"

#include <cctype>
#include <utility>

#include <gurt/dlog.h>

namespace firn::gurt {
namespace {

constexpr std::pair<std::string_view, int> kPriorities[] = {
    {"debug", 0},          {"dbug", 0},           {"info", DLOG_INFO},   {"note", DLOG_NOTE},
    {"warn", DLOG_WARN},   {"err", DLOG_ERR},     {"error", DLOG_ERR},   {"crit", DLOG_CRIT},
    {"alert", DLOG_ALERT}, {"fatal", DLOG_EMERG}, {"emerg", DLOG_EMERG}, {"emit", DLOG_EMIT},
};

constexpr std::pair<std::string_view, int> kKinds[] = {
    {"all", DB_ALL}, {"any", DB_ANY},   {"trace", DB_TRACE}, {"mem", DB_MEM},   {"net", DB_NET},
    {"io", DB_IO},   {"test", DB_TEST}, {"md", DB_MD},       {"pl", DB_PL},     {"mgmt", DB_MGMT},
    {"epc", DB_EPC}, {"df", DB_DF},     {"sec", DB_SEC},     {"csum", DB_CSUM}, {"rebuild", DB_REBUILD},
};

bool same_word(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  for (size_t index = 0; index < left.size(); ++index) {
    if (tolower(static_cast<unsigned char>(left[index])) != right[index]) return false;
  }
  return true;
}

// Calls `use` with each entry of a comma-separated list.
void for_each_entry(std::string_view list, auto use) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    use(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
}

}  // namespace

int priority_of(std::string_view text, int otherwise) {
  int found = otherwise;
  for_each_entry(text, [&](std::string_view entry) {
    for (const auto& [name, priority] : kPriorities) {
      if (same_word(entry, name)) found = priority;
    }
  });
  return found;
}

int debug_kinds_of(std::string_view text) {
  int kinds = 0;
  for_each_entry(text, [&](std::string_view entry) {
    for (const auto& [name, bits] : kKinds) {
      if (same_word(entry, name)) kinds |= bits;
    }
  });
  return kinds == 0 ? static_cast<int>(DB_ALL) : kinds;
}

bool is_wanted(int flags, int priority, int kinds) {
  const int own = flags & DLOG_PRINDMASK;
  if (own != 0) return own >= priority;
  return priority == 0 && (flags & DLOG_DBG & kinds) != 0;
}

}  // namespace firn::gurt

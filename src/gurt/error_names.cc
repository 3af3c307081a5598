// Names and meanings of DER_ errors; daos_errno.h.
#include <daos_errno.h>

namespace {

constexpr const char* kGurtNames[] = {D_FOREACH_GURT_ERR(D_DEFINE_ERRSTR)};
constexpr const char* kGurtMeanings[] = {D_FOREACH_GURT_ERR(D_DEFINE_ERRDESC)};
constexpr const char* kDaosNames[] = {D_FOREACH_DAOS_ERR(D_DEFINE_ERRSTR)};
constexpr const char* kDaosMeanings[] = {D_FOREACH_DAOS_ERR(D_DEFINE_ERRDESC)};

// The text of a number, counted from the one behind the range's base; nullptr if it is outside.
template <unsigned Count>
const char* in_range(const char* const (&texts)[Count], unsigned number, unsigned base) {
  const unsigned index = number - base - 1;
  return number > base && index < Count ? texts[index] : nullptr;
}

struct Text {
  const char* success;
  const char* unknown;
};

template <unsigned Gurt, unsigned Daos>
const char* text_of(int error, const char* const (&gurt)[Gurt], const char* const (&daos)[Daos], Text text) {
  if (error == 0) return text.success;
  // As unsigned, because the lowest number has no negation.
  const unsigned number = error < 0 ? 0u - static_cast<unsigned>(error) : static_cast<unsigned>(error);
  if (const char* found = in_range(gurt, number, DER_ERR_GURT_BASE)) return found;
  if (const char* found = in_range(daos, number, DER_ERR_DAOS_BASE)) return found;
  return text.unknown;
}

}  // namespace

const char* d_errstr(int errnum) {
  return text_of(errnum, kGurtNames, kDaosNames, {.success = "DER_SUCCESS", .unknown = "DER_UNKNOWN"});
}

const char* d_errdesc(int errnum) {
  return text_of(errnum, kGurtMeanings, kDaosMeanings, {.success = "Success", .unknown = "Unknown error"});
}

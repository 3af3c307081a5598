// Epochs as time; daos_api.h. Epochs are values of the hybrid logical clock, as libgurt's are.
#include <daos_api.h>
#include <gurt/common.h>

int daos_hlc2timespec(uint64_t hlc, timespec* ts) { return d_hlc2timespec(hlc, ts); }

int daos_hlc2timestamp(uint64_t hlc, time_t* ts) {
  timespec time{};
  if (ts == nullptr) return -DER_INVAL;
  const int result = d_hlc2timespec(hlc, &time);
  if (result == 0) *ts = time.tv_sec;
  return result;
}

// Time, and values of the hybrid logical clock (compat facts: epoch and HLC); gurt/common.h. Any thread.
#include <algorithm>
#include <atomic>

#include <gurt/common.h>

namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr uint64_t kStartUnixNs = 1'609'459'200 * kNsPerSecond;  // 2021
constexpr uint64_t kUnitsPerNs = 16;
constexpr uint64_t kLogicalMask = (1ULL << 18) - 1;

std::atomic<uint64_t> last_value = 0;
std::atomic<uint64_t> epsilon = kNsPerSecond * kUnitsPerNs;

// The wall clock, without the bits that count.
uint64_t physical_now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return d_unixnsec2hlc(static_cast<uint64_t>(now.tv_sec) * kNsPerSecond +
                        static_cast<uint64_t>(now.tv_nsec)) &
         ~kLogicalMask;
}

// Later than all before, than `floor`, and not before the wall clock.
uint64_t advance(uint64_t physical, uint64_t floor) {
  uint64_t last = last_value.load();
  uint64_t next = 0;
  do {
    next = std::max(physical, std::max(last, floor) + 1);
  } while (!last_value.compare_exchange_weak(last, next));
  return next;
}

}  // namespace

uint64_t d_hlc_get() { return advance(physical_now(), 0); }

int d_hlc_get_msg(uint64_t msg, uint64_t* hlc_out, uint64_t* offset) {
  const uint64_t physical = physical_now();
  const uint64_t ahead = msg > physical ? msg - physical : 0;
  if (offset != nullptr) *offset = ahead;
  if (ahead > epsilon.load()) return -DER_HLC_SYNC;
  const uint64_t value = advance(physical, msg);
  if (hlc_out != nullptr) *hlc_out = value;
  return 0;
}

uint64_t d_hlc2nsec(uint64_t hlc) { return hlc / kUnitsPerNs; }

uint64_t d_nsec2hlc(uint64_t nsec) { return nsec * kUnitsPerNs; }

uint64_t d_hlc2unixnsec(uint64_t hlc) { return d_hlc2nsec(hlc) + kStartUnixNs; }

uint64_t d_unixnsec2hlc(uint64_t unixnsec) {
  return unixnsec < kStartUnixNs ? 0 : d_nsec2hlc(unixnsec - kStartUnixNs);
}

int d_hlc2timespec(uint64_t hlc, timespec* ts) {
  if (ts == nullptr) return -DER_INVAL;
  const uint64_t ns = d_hlc2unixnsec(hlc);
  ts->tv_sec = static_cast<time_t>(ns / kNsPerSecond);
  ts->tv_nsec = static_cast<long>(ns % kNsPerSecond);
  return 0;
}

int d_timespec2hlc(timespec ts, uint64_t* hlc) {
  if (hlc == nullptr || ts.tv_sec < 0 || ts.tv_nsec < 0) return -DER_INVAL;
  *hlc = d_unixnsec2hlc(static_cast<uint64_t>(ts.tv_sec) * kNsPerSecond + static_cast<uint64_t>(ts.tv_nsec));
  return 0;
}

void d_hlc_epsilon_set(uint64_t value) { epsilon = (value + kLogicalMask) & ~kLogicalMask; }

uint64_t d_hlc_epsilon_get() { return epsilon; }

uint64_t d_hlc_epsilon_get_bound(uint64_t hlc) { return (hlc + epsilon) | kLogicalMask; }

uint64_t d_hlc_age2sec(uint64_t hlc) {
  const uint64_t now = physical_now();
  return now > hlc ? d_hlc2nsec(now - hlc) / kNsPerSecond : 0;
}

int d_gettime(timespec* t) { return d_errno2der(clock_gettime(CLOCK_MONOTONIC, t) == 0 ? 0 : errno); }

int64_t d_timediff_ns(const timespec* t1, const timespec* t2) {
  return (t2->tv_sec - t1->tv_sec) * static_cast<int64_t>(kNsPerSecond) + (t2->tv_nsec - t1->tv_nsec);
}

int64_t d_timeleft_ns(const timespec* expiration) {
  timespec now{};
  d_gettime(&now);
  return std::max<int64_t>(d_timediff_ns(&now, expiration), 0);
}

void d_timeinc(timespec* now, uint64_t ns) {
  const uint64_t sum = static_cast<uint64_t>(now->tv_nsec) + ns;
  now->tv_sec += static_cast<time_t>(sum / kNsPerSecond);
  now->tv_nsec = static_cast<long>(sum % kNsPerSecond);
}

// StoreWaits: what one operation of a store waited for, and how long.
#pragma once

#include <cstdint>

namespace firn {

struct StoreWaits {
  uint64_t room_ns = 0;   // for room in the log or on the device: a checkpoint, space to come back
  uint64_t pages_ns = 0;  // for pages of the index to be read
  uint64_t data_ns = 0;   // for values and extents to be read or written
  uint64_t log_ns = 0;    // for the log to be durable
  static void fields(auto& self, auto&& visit) {
    visit("room_ns", self.room_ns);
    visit("pages_ns", self.pages_ns);
    visit("data_ns", self.data_ns);
    visit("log_ns", self.log_ns);
  }
};

}  // namespace firn

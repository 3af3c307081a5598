// Rows of objects: connecting; updates and fetches of 64 bytes, one at a time and 16 in flight by an event
// queue.
#pragma once

namespace firn::bench {

// FIRN_SYSTEM is a served system (object_bench/served_system.h).
void object_rows(double seconds);

}  // namespace firn::bench

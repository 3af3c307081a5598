// Which log lines are written, from the texts of D_LOG_MASK and DD_MASK: pure functions.
#pragma once

#include <string_view>

namespace firn::gurt {

// A priority by name ("ERR", "debug", "Warn", …), or `otherwise`. Debug is 0: everything is above it. From a
// list such as "ERR,DFS=DEBUG" the entry without a facility counts.
int priority_of(std::string_view text, int otherwise);

// The kinds of debug lines in a list such as "io,mem". Names that are not known are passed over; without any
// known name, as for an empty text: all.
int debug_kinds_of(std::string_view text);

// Whether a line is written where `priority` and `kinds` are wanted.
bool is_wanted(int flags, int priority, int kinds);

}  // namespace firn::gurt

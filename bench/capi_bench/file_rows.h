// Rows of files, by daos_fs.h: one large file written and read, in requests of 1 MiB and of 47008 bytes one
// after the other; many files made, stated, read and removed, empty and of 3901 bytes.
#pragma once

namespace firn::bench {

// FIRN_SYSTEM is a served system (object_bench/served_system.h).
void file_rows(double seconds);

}  // namespace firn::bench

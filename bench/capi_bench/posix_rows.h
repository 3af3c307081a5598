// The same files by the kernel: what a file system in memory gives without a network, versions or checksums.
#pragma once

#include <string>

namespace firn::bench {

void posix_rows(const std::string& directory, double seconds);

}  // namespace firn::bench

// Options: what the command line of vos_bench says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firn::bench {

struct Options {
  std::vector<std::string> rows;  // empty: all
  std::string only;           // measure only variants of this store: firn, firn-files, rocksdb, lmdb, uring
  uint64_t keys = 1'000'000;  // resident before anything is measured
  uint64_t cache_mib = 0;     // of each store; 0: what the row is about decides
  int repetitions = 5;
  double seconds = 1.0;         // measured time of one repetition of one variant
  std::string directory = ".";  // rows on disk make their files below it
  std::string memory_directory = "/dev/shm";
  bool json = false;
  bool list = false;
};

// Prints what is wrong, or the help, and gives the exit status if the program is to end.
std::optional<int> parse_options(int argc, char** argv, Options& options);

}  // namespace firn::bench

// capi_bench: what programs that use the DAOS C API get from a server on their host, over TCP and through
// shared memory, one process, one thread; beside bare TCP and files on the same memory file system.
//
//   capi_bench [SECONDS [TARGETS [DIRECTORY]]]      default 1 s a row, 2 targets, /dev/shm
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "bare_tcp.h"
#include "capi_bench/file_rows.h"
#include "capi_bench/object_rows.h"
#include "capi_bench/posix_rows.h"
#include "object_bench/served_system.h"
#include "repeat_for.h"

namespace {

using namespace firn::bench;  // NOLINT(google-build-using-namespace): a main program of the room

void bare_rows(double seconds) {
  BarePingPong small(kSmallBytes, kSmallBytes, Waiting::spinning);
  std::printf("  %-34s %8.1f us\n", "ping-pong of 64 B, spinning", repeat_for(seconds, 100, [&] {
                for (int i = 0; i < 100; i++) small.round_trip();
              }));
  BarePingPong large(kLargeBytes, kSmallBytes, Waiting::spinning);
  const double us = repeat_for(seconds, 10, [&] {
    for (int i = 0; i < 10; i++) large.round_trip();
  });
  std::printf("  %-34s %8.0f MiB/s\n", "1 MiB there, 64 B back", 1e6 / us);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  const int targets = argc > 2 ? std::atoi(argv[2]) : 2;
  const std::string directory =
      std::string(argc > 3 ? argv[3] : "/dev/shm") + "/capi_bench." + std::to_string(::getpid());
  std::filesystem::create_directory(directory);
  std::printf("bare TCP over loopback\n");
  bare_rows(seconds);
  std::printf("files in %s\n", directory.c_str());
  posix_rows(directory, seconds);
  {
    const ServedSystem system(directory, targets);
    ::setenv("FIRN_SYSTEM", system.uri().c_str(), 1);
    for (const char* const transport : {"tcp", "shm"}) {
      ::setenv("FIRN_TRANSPORT", transport, 1);
      std::printf("C API over %s, %d targets\n", transport, targets);
      object_rows(seconds);
      file_rows(seconds);
    }
  }
  std::filesystem::remove_all(directory);
}

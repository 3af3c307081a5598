#include "object_bench/served_system.h"

#include "vos_bench/must.h"

namespace firn::bench {

namespace {

void run_command(const std::string& uri, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {firn_program(), "--quiet", "--system", uri});
  ChildProcess::of_program(arguments).rest();
}

}  // namespace

ServedSystem::ServedSystem(const std::string& directory, int targets)
    : engine_(ChildProcess::of_program({firn_program(), "serve", directory + "/system", "--listen",
                                        "tcp://127.0.0.1:0", "--targets", std::to_string(targets)})) {
  const std::string line = engine_.read_line();
  const size_t begin = line.find("tcp://");
  if (begin == std::string::npos) give_up("the engine did not start");
  uri_ = line.substr(begin, line.find(' ', begin) - begin);
  run_command(uri_, {"pool", "create", kPool, "--size", "4GiB"});
  run_command(uri_, {"container", "create", kPool, kContainer});
}

}  // namespace firn::bench

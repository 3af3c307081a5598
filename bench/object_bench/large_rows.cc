#include "object_bench/large_rows.h"

#include "bare_tcp.h"
#include "memory_copy.h"
#include "object_bench/object_client.h"
#include "object_bench/served_system.h"

namespace firn::bench {

namespace {

constexpr size_t kInFlight = 4;
constexpr size_t kBatch = 16;

// One engine with one target, and one client.
class Large : public Scenario {
 public:
  Large(const RowContext& context, net::TransportChoice choice)
      : seconds_(context.options.seconds),
        system_(context.memory, 1),
        client_(system_.uri(), context.options.keys, choice) {}

 protected:
  // `run` transfers for about so many seconds and gives MiB a second.
  void add(const std::string& side, const std::string& mode, std::function<double(double)> run) {
    variants.push_back(
        {side, mode, "", [this, run] { return std::vector<Figure>{{"rate", "MiB/s", run(seconds_)}}; }});
  }
  void add_stream(const std::string& mode, MoreCopies copies, std::string directory = "") {
    add("bare", mode, [copies, directory](double seconds) {
      BareStream bare(copies, directory);
      return rate(seconds, 1, [&bare] { bare.send_block(); });
    });
  }
  void add_firn(const std::string& mode, Operation operation) {
    add("firn", mode, [this, operation](double seconds) {
      return rate(seconds, kBatch, [&] { client_.run({operation, kInFlight}, kBatch); });
    });
  }

  const double seconds_;
  ServedSystem system_;
  ObjectClient client_;

 private:
  static double rate(double seconds, size_t blocks, const std::function<void()>& run) {
    const Stopwatch watch;
    size_t done = 0;
    for (; watch.seconds() < seconds; done += blocks) run();
    return static_cast<double>(done) / watch.seconds();
  }
};

// Over TCP. The bare stream copies as often as Firn does: once more than the network, into or out of a store
// in memory.
class OverTcp final : public Large {
 public:
  explicit OverTcp(const RowContext& context) : Large(context, net::TransportChoice::tcp) {
    client_.fill_large();
    if (context.wants("bare")) {
      add_stream("stream", MoreCopies::none);
      add_stream("stream, copied into a store", MoreCopies::receiver);
      add_stream("stream, copied out of a store", MoreCopies::sender);
    }
    add_firn("write 1 MiB", Operation::update_large);
    add_firn("read 1 MiB", Operation::fetch_large);
    ratios = {{"rate", "firn, write 1 MiB", "bare, stream, copied into a store", ">= 0.7"},
              {"rate", "firn, read 1 MiB", "bare, stream, copied out of a store", ">= 0.7"},
              {"rate", "firn, write 1 MiB", "bare, stream", ""},
              {"rate", "firn, read 1 MiB", "bare, stream", ""}};
  }
};

// Arrays that were not there before: the file system has to find memory for each. The bare stream writes what
// it receives to a new file.
class NewArrays final : public Large {
 public:
  explicit NewArrays(const RowContext& context) : Large(context, net::TransportChoice::tcp) {
    if (context.wants("bare")) {
      add_stream("stream, written to a new file", MoreCopies::new_file, context.memory);
    }
    add_firn("write 1 MiB, new", Operation::create_large);
    ratios = {{"rate", "firn, write 1 MiB, new", "bare, stream, written to a new file", ">= 0.7"}};
  }
};

// Through shared memory: a payload is copied into a ring, out of it, and into or out of the store.
class OverSharedMemory final : public Large {
 public:
  explicit OverSharedMemory(const RowContext& context) : Large(context, net::TransportChoice::shm) {
    client_.fill_large();
    if (context.wants("bare")) {
      add("bare", "copy within memory", [](double seconds) { return 1e6 / microseconds_per_copy(seconds); });
    }
    add_firn("write 1 MiB", Operation::update_large);
    add_firn("read 1 MiB", Operation::fetch_large);
    ratios = {{"rate", "firn, write 1 MiB", "bare, copy within memory", ">= 0.6 / 3"},
              {"rate", "firn, read 1 MiB", "bare, copy within memory", ">= 0.6 / 3"}};
  }
};

template <class Of>
Row row(const char* name, const char* about, const char* bar) {
  return {name, about, bar, [](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<Of>(context);
          }};
}

}  // namespace

std::vector<Row> large_rows() {
  return {
      row<OverTcp>("large", "arrays of 1 MiB, 4 in flight", ">= 0.7 of a bare stream with as many copies"),
      row<NewArrays>("large-new", "arrays of 1 MiB that were not there before, 4 in flight",
                     ">= 0.7 of a bare stream into a new file"),
      row<OverSharedMemory>("large-shm", "arrays of 1 MiB through shared memory, 4 in flight",
                            ">= 0.6 of a copy within memory, divided by three copies")};
}

}  // namespace firn::bench

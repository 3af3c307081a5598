// SimDisk: what one node has stored. It belongs to the world and survives the node's crashes; the node
// reaches it through a SimStorage (sim_storage.h) of its present life.
//
// Fault model
//  - Crash: every unflushed write is kept, lost or torn, by sector (sim_file.h); a write in progress
//    likewise. A file that is being created or removed is there or not.
//  - Latency and stalls; operations that overlap in time complete in any order.
//  - Code::io by chance or at the Nth I/O. A failed write leaves any mix of old and new sectors. A failed
//    flush may at once and for good lose writes that were waiting for it, and a flush repeated after that
//    succeeds.
//  - Code::no_space when the node's budget of bytes is used up; nothing is written then.
//  - Bit rot and misdirected writes, silently, by chance or on request.
//  - flush_is_a_lie: flush succeeds and does nothing.
// What a program must not do is asserted: operations in progress at the same time on ranges of one device
// that overlap.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/rng.h"
#include "sim/event_loop.h"
#include "sim/fault_plan.h"
#include "sim/options.h"
#include "sim/sim_file.h"

namespace firn::sim {

class SimDisk {
 public:
  // `crash_node` is called when the fault plan says so, in the middle of the node's own code.
  SimDisk(EventLoop& loop, Rng rng, const DiskOptions& options, std::function<void()> crash_node);

  DiskOptions& options() { return options_; }
  FaultPlan& plan() { return plan_; }
  uint64_t stored_bytes() const;
  // All names, sorted.
  std::vector<std::string> names() const;

  // For checkers and planted damage; none takes time or counts as an I/O. The file must exist.
  std::vector<std::byte> peek(const std::string& name, uint64_t offset, size_t length) const;
  // False if the byte has never been written.
  bool flip_bit(const std::string& name, uint64_t offset, uint32_t bit);
  // Flips a bit of any byte that has been written to the file; false if none has.
  bool flip_any_bit(const std::string& name);
  // A new, empty disk in its place. The node must be down.
  void wipe() { files_.clear(); }

  // The node lost power.
  void crash();

 private:
  friend class SimStorage;
  friend class SimDevice;

  // Where an operation in progress reads or writes; `parts` is what it writes.
  struct Range {
    SimFile* file;
    uint64_t offset;
    uint64_t length;
    bool changes;
    std::span<const ByteView> parts;
  };

  // Holds a range while its operation is in progress. Stands in the operation's frame.
  class InProgress {
   public:
    InProgress(SimDisk& disk, EventOwner owner, Range range);
    InProgress(const InProgress&) = delete;
    InProgress& operator=(const InProgress&) = delete;
    ~InProgress() { std::erase(disk_.in_progress_, this); }
    const Range& range() const { return range_; }

   private:
    SimDisk& disk_;
    Range range_;
  };

  // co_await it: takes the operation's time; true unless it fails with Code::io.
  struct Io {
    SimDisk& disk;
    EventOwner owner;
    IoKind kind;
    uint64_t offset = 0;
    uint64_t length = 0;
    bool failed = false;

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> awaiting);
    bool await_resume() const;
  };

  std::shared_ptr<SimFile> find(const std::string& name) const;
  Duration draw_latency(IoKind kind, uint64_t length);
  Chance error_chance(IoKind kind) const;

  EventLoop& loop_;
  Rng rng_;
  DiskOptions options_;
  std::function<void()> crash_node_;
  FaultPlan plan_;
  // Shared with open devices, which stay usable when the file is removed.
  std::map<std::string, std::shared_ptr<SimFile>> files_;
  std::vector<InProgress*> in_progress_;  // in the order they began
};

}  // namespace firn::sim

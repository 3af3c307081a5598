// What one node has stored; see sim_disk.h.
#include "sim/sim_disk.h"

#include <utility>

#include "base/assert.h"

namespace firn::sim {

namespace {

const char* io_name(IoKind kind) {
  switch (kind) {
    case IoKind::read:
      return "read";
    case IoKind::write:
      return "write";
    case IoKind::flush:
      return "flush";
    case IoKind::discard:
      return "discard";
    case IoKind::create:
      return "create";
    case IoKind::open:
      return "open";
    case IoKind::remove:
      return "remove";
    case IoKind::list:
      return "list";
  }
  return "?";
}

}  // namespace

SimDisk::SimDisk(EventLoop& loop, Rng rng, const DiskOptions& options, std::function<void()> crash_node)
    : loop_(loop), rng_(rng), options_(options), crash_node_(std::move(crash_node)) {}

uint64_t SimDisk::stored_bytes() const {
  uint64_t total = 0;
  for (const auto& [name, file] : files_) total += file->stored_bytes();
  return total;
}

std::vector<std::string> SimDisk::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

std::shared_ptr<SimFile> SimDisk::find(const std::string& name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

std::vector<std::byte> SimDisk::peek(const std::string& name, uint64_t offset, size_t length) const {
  const auto file = find(name);
  FIRN_ASSERT(file != nullptr);
  std::vector<std::byte> bytes(length);
  file->read(offset, bytes);
  return bytes;
}

bool SimDisk::flip_bit(const std::string& name, uint64_t offset, uint32_t bit) {
  const auto file = find(name);
  FIRN_ASSERT(file != nullptr);
  return file->flip_bit(offset, bit);
}

bool SimDisk::flip_any_bit(const std::string& name) {
  const auto file = find(name);
  FIRN_ASSERT(file != nullptr);
  const std::vector<uint64_t> blocks = file->stored_blocks();
  if (blocks.empty()) return false;
  const uint64_t block = blocks[rng_.below(blocks.size())];
  return file->flip_bit(block + rng_.below(SimFile::kBlockBytes), static_cast<uint32_t>(rng_.below(8)));
}

void SimDisk::crash() {
  // A write in progress has reached the disk in part, or will never: its buffers still stand in the dead
  // node's memory.
  for (const InProgress* operation : std::exchange(in_progress_, {})) {
    const Range& range = operation->range();
    if (!range.parts.empty() && rng_.chance(1, 2)) range.file->write(range.offset, range.parts);
  }
  for (const auto& [name, file] : files_) file->settle(rng_);
}

SimDisk::InProgress::InProgress(SimDisk& disk, EventOwner owner, Range range) : disk_(disk), range_(range) {
  if (owner.dead()) return;  // what a dead node's code does on its way out has no effect
  FIRN_ASSERT(range.offset <= range.file->size_bytes());
  FIRN_ASSERT(range.length <= range.file->size_bytes() - range.offset);
  for (const InProgress* other : disk.in_progress_) {
    const Range& theirs = other->range_;
    if (theirs.file != range.file || !(theirs.changes || range.changes)) continue;
    const bool disjoint =
        theirs.offset + theirs.length <= range.offset || range.offset + range.length <= theirs.offset;
    FIRN_ASSERT(disjoint);
  }
  disk.in_progress_.push_back(this);
}

Chance SimDisk::error_chance(IoKind kind) const {
  switch (kind) {
    case IoKind::read:
      return options_.damage.read_error;
    case IoKind::write:
      return options_.damage.write_error;
    case IoKind::flush:
      return options_.damage.flush_error;
    case IoKind::discard:
    case IoKind::create:
    case IoKind::open:
    case IoKind::remove:
    case IoKind::list:
      return {};
  }
  return {};
}

Duration SimDisk::draw_latency(IoKind kind, uint64_t length) {
  const DurationRange& range = kind == IoKind::read    ? options_.read_latency
                               : kind == IoKind::write ? options_.write_latency
                                                       : options_.flush_latency;
  Duration latency = range.draw(rng_) + std::chrono::microseconds(length / options_.bytes_per_us);
  if (options_.stall.draw(rng_)) latency += DurationRange{0ns, options_.stall_max}.draw(rng_);
  return latency;
}

void SimDisk::Io::await_suspend(std::coroutine_handle<> awaiting) {
  FIRN_ASSERT(disk.loop_.may_act_for(owner));
  if (owner.dead()) return owner.life->bury(awaiting);
  const FaultAction action = disk.plan_.begin(kind);
  failed = disk.error_chance(kind).draw(disk.rng_) || action == FaultAction::fail ||
           action == FaultAction::fail_onwards;
  disk.loop_.resume_at(disk.loop_.now() + disk.draw_latency(kind, length), owner, EventKind::io, awaiting);
  if (action == FaultAction::crash) disk.crash_node_();
}

bool SimDisk::Io::await_resume() const {
  disk.loop_.note(owner, EventKind::io, io_name(kind), offset, length << 1 | uint64_t{failed});
  return !failed;
}

}  // namespace firn::sim

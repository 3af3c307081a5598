// The durable core of a store; see core.h.
#include "vos/core.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"
#include "vos/replaceable.h"

namespace firn::vos {

namespace {

constexpr uint64_t kFormatCacheBytes = 4 << 20;
constexpr int kAdmitAttemptsMax = 16;
constexpr uint64_t kNeedPagesSlack = 16;  // pages that change between two looks at what a checkpoint needs
constexpr uint64_t kNeedBlobBlocks = 10;  // root, and the rounding up of the other blobs

Result<void> check_format(const BlockDevice& log, const BlockDevice& main, const FormatOptions& options) {
  const auto too_small = [](std::string_view device, uint64_t bytes, uint64_t bytes_min) {
    return fail(Code::invalid, "the device is too small for a store")
        .on("device", device)
        .on("bytes", bytes)
        .on("bytes_min", bytes_min)
        .remedy("give it at least that size");
  };
  if (log.size_bytes() < kLogDeviceBytesMin) return too_small("log", log.size_bytes(), kLogDeviceBytesMin);
  if (main.size_bytes() < kMainDeviceBytesMin)
    return too_small("main", main.size_bytes(), kMainDeviceBytesMin);
  if (options.store.is_nil()) return fail(Code::invalid, "a store needs a name: its UUID is nil");
  if (options.reserve_percent > 50) {
    return fail(Code::invalid, "the reserve is more than half of the store")
        .on("reserve_percent", options.reserve_percent);
  }
  return {};
}

Superblock first_superblock(const BlockDevice& log, const BlockDevice& main, const FormatOptions& options,
                            uint64_t log_salt) {
  Superblock superblock;
  superblock.store = options.store;
  superblock.log_salt = log_salt;
  superblock.main_bytes = main.size_bytes();
  superblock.log_bytes = log.size_bytes();
  superblock.reserve_percent = static_cast<uint32_t>(options.reserve_percent);
  return superblock;
}

// Claims the records that the reader has not read, and makes sure of the log's end. Gives the end.
Task<Result<LogPosition>> claim_rest(LogReader reader, ReplayVisitor& visitor) {
  while (true) {
    FIRN_CO_TRY(const auto batch, co_await reader.next());
    if (!batch) break;
    FIRN_CO_CHECK(claim_batch(*batch, visitor));
  }
  FIRN_CO_CHECK(co_await reader.finish());
  co_return reader.position();
}

}  // namespace

// --- format and open -----------------------------------------------------------------------------

Task<Result<void>> Core::format(Runtime& runtime, BlockDevice& log, BlockDevice& main,
                                FormatOptions options) {
  FIRN_CO_CHECK(check_format(log, main, options));
  if (!options.overwrite) {
    FIRN_CO_CHECK(co_await check_replaceable(log, "log"));
    FIRN_CO_CHECK(co_await check_replaceable(main, "main"));
  }
  // What was there is gone before anything new is: a crash leaves no mixture.
  FIRN_CO_CHECK(co_await erase_superblocks(main));
  FIRN_CO_CHECK(co_await main.flush());
  const LogIdentity identity = {options.store, runtime.rng().next()};
  FIRN_CO_CHECK(co_await write_log_header(log, identity));
  FIRN_CO_CHECK(co_await log.flush());

  Space empty_space(main.size_bytes() / kBlockBytes, options.reserve_percent);
  PageCache no_pages(runtime, main, kFormatCacheBytes);
  Tree empty_tree(no_pages);
  empty_tree.create();
  const RequestTable no_requests;
  const VersionState no_versions;
  const HybridClock unused_clock;
  CheckpointState state;
  state.superblock = first_superblock(log, main, options, identity.salt);
  const Removals no_removals;
  const UsageTable no_usage;
  WriteBehind nothing_held(runtime.executor(), main);
  CheckpointWriter writer({runtime.executor(), nothing_held, empty_space, no_pages, empty_tree, no_requests,
                           no_versions, unused_clock, no_removals, no_usage, state});
  co_return co_await writer.write_at({Lsn{0}, 1, 0});
}

struct Core::Opened {
  Runtime& runtime;
  StoreOptions options;
  std::unique_ptr<BlockDevice> log_device;
  std::unique_ptr<BlockDevice> main_device;
  const LoadedCheckpoint& checkpoint;
};

Core::Core(Opened opened)
    : runtime(opened.runtime),
      options(opened.options),
      log_device(std::move(opened.log_device)),
      main_medium(std::move(opened.main_device)),
      main_device(std::make_unique<WriteBehind>(opened.runtime.executor(), *main_medium)),
      space(main_device->size_bytes() / kBlockBytes, opened.checkpoint.state.superblock.reserve_percent,
            opened.checkpoint.free),
      pages(opened.runtime, *main_device, opened.options.cache_bytes),
      tree(pages),
      state_(opened.checkpoint.state),
      log_identity_{state_.superblock.store, state_.superblock.log_salt},
      durable_point_(opened.checkpoint.root.log),
      checkpoint_ended_(opened.runtime.executor()),
      gate_(opened.runtime.executor()) {
  checkpoint_ended_.set();
}

Core::~Core() = default;

Task<Result<std::unique_ptr<Core>>> Core::open(Runtime& runtime, std::unique_ptr<BlockDevice> log,
                                               std::unique_ptr<BlockDevice> main, StoreOptions options) {
  FIRN_CO_TRY(const LoadedCheckpoint checkpoint, co_await load_checkpoint(*log, *main));
  std::unique_ptr<Core> core(new Core({runtime, options, std::move(log), std::move(main), checkpoint}));
  FIRN_CO_CHECK(core->requests.decode(checkpoint.requests));
  core->removals.decode(checkpoint.reclaim);
  core->usage.decode(checkpoint.reclaim);
  FIRN_CO_CHECK(core->versions.decode(checkpoint.versions));
  FIRN_CO_CHECK(co_await load_page_table(*core->main_device, checkpoint, core->pages));
  core->pages.count_tables(core->space.memory_bytes());
  core->tree.open(checkpoint.root.tree_root);
  core->clock.advance_to(checkpoint.root.newest_epoch);
  co_return core;
}

// --- replay --------------------------------------------------------------------------------------

Task<Result<void>> Core::replay(ReplayVisitor& visitor) {
  FIRN_ASSERT(!log_.has_value());
  const bool clean = std::exchange(state_.superblock.clean, false);
  FIRN_CO_CHECK(co_await settle_superblock(*main_device, {state_.superblock, state_.slot}));
  LogPosition end = durable_point_;
  if (!clean) {
    FIRN_CO_TRY(end, co_await replay_log(visitor));
  }
  FIRN_ASSERT(space.stats().in_flight_blocks == 0);
  end.generation++;  // of the batches that this opening of the store will write
  const bool relaxed = options.durability == Durability::relaxed;
  log_.emplace(vos::Log::Options{runtime, *log_device, *main_device, log_identity_, durable_point_.lsn, end,
                                 relaxed ? options.relaxed_delay : 0ns});
  update_checkpoint_need();
  co_return Result<void>();
}

// Reads the log once. If it tells of more pages than there is memory for, what is left is read twice: first
// to know which blocks its records own, because the checkpoints that then follow take blocks.
Task<Result<LogPosition>> Core::replay_log(ReplayVisitor& visitor) {
  LogReader reader(*log_device, log_identity_, durable_point_);
  std::optional<LogPosition> end;  // once it is known, all records are claimed
  while (true) {
    FIRN_CO_TRY(auto batch, co_await reader.next());
    if (!batch) break;
    // The device works while the processor does.
    std::vector<Task<Result<void>>> both;
    both.push_back(reader.read_ahead());
    both.push_back(replay_held({reader, *std::move(batch), visitor, !end}));
    FIRN_CO_CHECK(co_await when_all_ok(std::move(both)));
    if (!replayed_pages_are_many()) continue;
    FIRN_CO_CHECK(co_await visitor.catch_up());
    if (!end) {
      FIRN_CO_TRY(end, co_await claim_rest(reader.fork(), visitor));
    }
    FIRN_CO_CHECK(co_await checkpoint_replayed(reader.position()));
  }
  FIRN_CO_CHECK(co_await visitor.catch_up());
  if (!end) {
    FIRN_CO_CHECK(co_await reader.finish());
  } else if (reader.position() != *end) {
    co_return fail(Code::io, "the log reads differently the second time")
        .on("lsn", reader.position().lsn.value)
        .remedy("check the log device");
  }
  co_return reader.position();
}

// The batch, and those behind it that the reader holds, until a checkpoint is due.
Task<Result<void>> Core::replay_held(Held held) {
  co_await yield(runtime.executor());  // what is read ahead is on its way before the work begins
  while (true) {
    if (held.claim) FIRN_CO_CHECK(claim_batch(held.batch, held.visitor));
    FIRN_CO_CHECK(co_await apply_batch(std::move(held.batch), held.visitor));
    if (!held.reader.holds_next() || replayed_pages_are_many()) co_return Result<void>();
    FIRN_CO_TRY(auto batch, co_await held.reader.next());
    if (!batch) co_return Result<void>();
    held.batch = *std::move(batch);
  }
}

Task<Result<void>> Core::checkpoint_replayed(LogPosition point) {
  CheckpointWriter writer(checkpoint_parts());
  FIRN_CO_CHECK(co_await writer.write_at(point));
  durable_point_ = point;
  pages.trim();
  co_return Result<void>();
}

// --- room ----------------------------------------------------------------------------------------

bool Core::has_room(size_t record_bytes, SpaceUse use) {
  return log().has_room(record_bytes) && space.has_room(1, use) && pages.has_room_for_changes();
}

Task<Result<void>> Core::admit(size_t record_bytes, SpaceUse use) {
  if (record_bytes > log().record_bytes_max()) {
    co_return fail(Code::too_big, "the change does not fit into the store's log")
        .on("record_bytes", record_bytes)
        .on("bytes_max", log().record_bytes_max())
        .remedy("split it into smaller requests, or give the store a larger log");
  }
  for (int attempt = 0; attempt < kAdmitAttemptsMax; attempt++) {
    if (log().failed() != nullptr) co_return log().failed()->clone();
    update_checkpoint_need();
    if (has_room(record_bytes, use)) co_return Result<void>();
    const bool space_is_short = !space.has_room(1, use);
    // One checkpoint may have begun before the blocks in question were released; the second did not.
    if (space_is_short && (attempt >= 2 || !space.reclaimable())) {
      co_return fail(Code::no_space, "the store is full")
          .on("free_bytes", space.stats().free_blocks * kBlockBytes)
          .remedy("remove data, or give the pool more space; what was removed is free after aggregation");
    }
    FIRN_CO_CHECK(co_await join_checkpoint());
  }
  co_return fail(Code::busy, "the store's log is full again and again").remedy("try again later");
}

Task<Result<std::vector<Run>>> Core::allocate(uint64_t bytes, SpaceUse use) {
  for (int attempt = 0;; attempt++) {
    update_checkpoint_need();
    auto runs = space.allocate(bytes, use);
    const bool final = runs || runs.error().code() != Code::no_space || !space.reclaimable() || attempt == 2;
    if (final) co_return runs;
    FIRN_CO_CHECK(co_await join_checkpoint());
  }
}

void Core::update_checkpoint_need() {
  const uint64_t pages_to_write = pages.dirty_pages() + kNeedPagesSlack;
  const uint64_t chunks = std::min<uint64_t>(pages.table().chunk_count() + 1, pages_to_write);
  const uint64_t blob_bytes = (space.free_range_count() + pages_to_write) * FreeList::kRangeBytes +
                              requests.request_count() * RequestTable::kRequestBytes +
                              requests.client_count() * 24 + versions.encoded_bytes() +
                              removals.encoded_bytes_max() + usage.encoded_bytes_max() +
                              CheckpointRoot::encoded_bytes(pages.table().chunk_count() + 1);
  space.set_checkpoint_need((pages_to_write + chunks) * Space::kPageBlocks + blob_bytes / kBlockBytes +
                            kNeedBlobBlocks);
}

// --- checkpoints ---------------------------------------------------------------------------------

// Once for each checkpoint, which is often enough for what grows so slowly.
CheckpointWriter::Parts Core::checkpoint_parts() {
  pages.count_tables(space.memory_bytes());
  return {runtime.executor(), *main_device, space,    pages, tree,  requests,
          versions,           clock,        removals, usage, state_};
}

Task<Result<void>> Core::run_checkpoint() {
  FIRN_ASSERT(checkpoint_ended_.is_set());
  checkpoint_ended_.reset();
  auto result = Result<void>();
  {
    CheckpointWriter writer(checkpoint_parts());
    result = co_await writer.write(log());
  }
  last_failure_.reset();
  if (result) {
    checkpoint_count_++;
  } else {
    last_failure_ = result.error().clone();
    retry_from_ = Lsn{log().end().value + log_bytes_per_checkpoint() / 8};
  }
  checkpoint_ended_.set();
  co_return result;
}

Task<Result<void>> Core::join_checkpoint() {
  if (checkpoint_ended_.is_set()) co_return co_await run_checkpoint();
  co_await checkpoint_ended_.wait();
  if (last_failure_) co_return last_failure_->clone();
  co_return Result<void>();
}

Task<Result<void>> Core::checkpoint() {
  while (!checkpoint_ended_.is_set()) co_await checkpoint_ended_.wait();
  co_return co_await run_checkpoint();
}

uint64_t Core::log_bytes_per_checkpoint() const {
  return std::min(options.log_bytes_per_checkpoint, log().capacity_bytes() / 2);
}

bool Core::checkpoint_due() const {
  if (!checkpoint_ended_.is_set() || log().failed() != nullptr || log().end() < retry_from_) return false;
  // A checkpoint that writes more than the log holds costs more than replaying the log would: scattered small
  // changes let it grow until both are as long.
  const uint64_t worth = std::max(options.log_bytes_per_checkpoint, pages.dirty_pages() * kPageBytes);
  return log().bytes_used() >= std::min(worth, log_bytes_before_checkpoint()) ||
         pages.dirty_pages() > pages.limit_pages() / 2 || released_space_is_worth_a_checkpoint();
}

// Space that is used for the first time costs the kernel or the file system more than what is written to it:
// a checkpoint that writes at most a quarter of what it makes free pays.
bool Core::released_space_is_worth_a_checkpoint() const {
  constexpr uint64_t kBlocksMin = (16ull << 20) / kBlockBytes;
  const uint64_t released = space.released_blocks();
  return released >= kBlocksMin && released / 4 >= space.stats().checkpoint_need_blocks;
}

// The rest of the log takes what is changed while the checkpoint writes. A disk may take as long for a page
// as for the records of many changes; on memory changes give way, so that it is short of nothing.
uint64_t Core::log_bytes_before_checkpoint() const {
  const uint64_t capacity = log().capacity_bytes();
  return main_device->memory() == nullptr ? capacity / 2 : capacity - capacity / 8;
}

void Core::start_checkpoint_if_due() {
  if (background_starts_ || gate_.closing() || !checkpoint_due()) return;
  background_starts_ = true;
  gate_.spawn(background_checkpoint());
}

Task<void> Core::background_checkpoint() {
  // The point must not lie within the change that made it due.
  co_await yield(runtime.executor());
  background_starts_ = false;
  if (!checkpoint_due()) co_return;
  const auto result = co_await run_checkpoint();
  if (!result) {
    runtime.log().warning("checkpoint failed, will be tried again store=" + state_.superblock.store.text() +
                          " error=\"" + result.error().message() + "\"");
  }
}

// --- the end -------------------------------------------------------------------------------------

Task<Result<void>> Core::close() {
  while (!checkpoint_ended_.is_set()) co_await checkpoint_ended_.wait();
  auto result = Result<void>();
  if (log_) {
    state_.superblock.clean = true;
    result = co_await run_checkpoint();
  }
  co_await quiet();
  co_return result;
}

Task<void> Core::quiet() {
  co_await gate_.close();
  if (log_) co_await log_->close();
  co_await main_device->close();
}

StoreStats Core::stats() const {
  const SpaceStats blocks = space.stats();
  StoreStats stats;
  stats.space_bytes = blocks.total_blocks * kBlockBytes;
  stats.free_bytes = (blocks.free_blocks + blocks.pending_blocks) * kBlockBytes;
  stats.reserve_bytes = (blocks.reserve_blocks + blocks.checkpoint_need_blocks) * kBlockBytes;
  stats.cache_pages = pages.resident_pages();
  stats.dirty_pages = pages.dirty_pages();
  stats.pages = pages.page_count();
  stats.log_bytes = log_ ? log_->bytes_used() : 0;
  stats.page_loads = pages.load_count();
  stats.page_lookups = pages.lookup_count();
  stats.checkpoints = checkpoint_count_;
  return stats;
}

}  // namespace firn::vos

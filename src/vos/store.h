// Store: the versioned object store of one target in one pool (design: log + copy-on-write B+tree + data
// extents).
//
// Every write is a layer stamped with an epoch; nothing is overwritten. A read at epoch e sees the newest
// version <= e that no punch of its object, dkey, akey or extent in (v, e] hides. A dkey exists if one of its
// akeys does, an akey if one of its values or extents (punched ones too) is visible:
// docs/decisions/0003-vos.md, DAOS semantics.
//
// One thread runs a store. Any number of operations may be in progress. Operations that change take effect in
// the order in which they are applied, whole or not at all, and are answered when they are durable; a read
// that meets a change that is not durable yet waits for it. After a device error on the log or a flush the
// store refuses changes (Code::io) until it is opened anew; reads go on.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/time.h"
#include "model/io.h"
#include "model/limits.h"
#include "model/store_waits.h"
#include "runtime/runtime.h"
#include "vos/reclaim_image.h"
#include "vos/retention.h"
#include "vos/scrub.h"
#include "vos/store_record.h"

namespace firn::vos {

// When a change is answered.
enum class Durability {
  stable,   // when it is on stable media
  relaxed,  // when it is in memory; it is on stable media StoreOptions::relaxed_delay and one write later
};

struct StoreOptions {
  uint64_t cache_bytes = 64ull << 20;  // memory for pages; at least 4 MiB
  // A checkpoint starts when this much log has been written, or as much as it would itself write if that is
  // more.
  uint64_t log_bytes_per_checkpoint = 32ull << 20;
  bool verify_checksums_on_update = true;  // data that does not match the client's checksum: Code::corrupt
  uint64_t background_percent = 25;        // of the thread's time that aggregation and the like may take
  Retention retention = {};  // what else is overwritten the store removes by itself when it is worth it
  // With `relaxed` a crash of the process or the host loses the newest answered changes; what is left is the
  // state at one moment before. Changes gather for the delay, and take one write and one flush together.
  Durability durability = Durability::stable;
  Duration relaxed_delay = 20ms;
};

struct FormatOptions {
  Uuid store;                    // names this store; both devices carry it
  uint64_t reserve_percent = 5;  // of the space: only punches, checkpoints and aggregation may use it
  bool overwrite = false;        // also a device whose beginning holds something that is not ours
};

struct Update {
  ObjectRef object;
  Key dkey;
  std::vector<UpdateItem> items;
  Condition conditions = Condition::none;
  RequestId request;                // a repeated request is answered as the first time and changes nothing
  RequestSequence completed_below;  // the client has seen the answers of all its requests below this one
  StoreWaits* waits = nullptr;      // counts what the operation waits for, here and below; outlives it
};

// Punches the object (no dkey), the dkey (no akeys) or the akeys. Extents and single values are punched by an
// Update.
struct Punch {
  ObjectRef object;
  std::optional<Key> dkey;
  std::vector<Key> akeys;
  Condition conditions = Condition::none;
  // Code::restart, and nothing happens, if something of what is punched is visible and newer than this: so
  // that a caller removes what it has seen.
  Epoch unchanged_since = kEpochMax;
  RequestId request;
  RequestSequence completed_below;
  StoreWaits* waits = nullptr;
};

struct Fetch {
  ObjectRef object;
  Key dkey;
  std::vector<FetchItem> items;
  Condition conditions = Condition::none;
  Epoch epoch = kEpochMax;
  TransactionId transaction;  // nil: none; see Store::prepare
  StoreWaits* waits = nullptr;
};

struct FetchResult {
  Epoch epoch;                     // what kEpochMax was, or the epoch asked for
  std::vector<FetchedItem> items;  // one for each item of the request
  Buffer payload;                  // values and extents in the order of items
};

enum class ListLevel : uint8_t { objects = 0, dkeys = 1, akeys = 2, extents = 3 };

struct List {
  ListLevel level = ListLevel::dkeys;
  ObjectRef object;  // objects: pg and container only
  Key dkey;          // akeys, extents
  Key akey;          // extents
  Epoch epoch = kEpochMax;
  std::optional<Key> after;  // go on behind this key (dkeys, akeys); objects: behind object.object;
  std::optional<uint64_t> from_record;  // extents: from this record on
  uint32_t entries_max = kListEntriesMax;
  TransactionId transaction;  // nil: none; see Store::prepare
  StoreWaits* waits = nullptr;
};

struct ListedExtent {
  Recx recx;
  Epoch epoch;
};

struct ListResult {
  std::vector<Key> keys;  // dkeys, akeys; ascending bytewise
  std::vector<ObjectId> objects;
  std::vector<ListedExtent> extents;  // visible stretches, ascending; neighbours of one epoch merged
  uint64_t record_bytes = 0;          // extents
  bool end = false;                   // nothing follows
};

// Largest or smallest key or extent that is visible. Each asked level is found within the one above.
struct Query {
  ObjectRef object;
  bool largest = true;
  bool find_dkey = false;  // else `dkey` is given
  bool find_akey = false;
  bool find_recx = false;
  bool find_newest = false;  // beside the others, or alone
  Key dkey;
  Key akey;
  Epoch epoch = kEpochMax;
  TransactionId transaction;  // nil: none; see Store::prepare
  StoreWaits* waits = nullptr;
};

struct QueryResult {
  bool found = false;  // all that was asked for
  Key dkey;
  Key akey;
  Recx recx;  // the last (first) visible run, cut at the borders of its unit (model/pieces.h)
  uint64_t record_bytes = 0;
  // If it was asked for: of the newest visible value or extent of the object, punched ones included.
  Epoch newest;
};

// A transaction's part in one placement group.
struct PreparedId {
  TransactionId transaction;
  PgIndex pg;
  friend auto operator<=>(const PreparedId&, const PreparedId&) = default;
};

// What a transaction writes in one group: punches first, so that what is written below them stays. All of one
// container, and no two items of one akey; requests of the parts are not looked at.
struct Prepare {
  PreparedId id;
  Epoch epoch;  // of all its writes; that at which it has read
  std::vector<Update> updates;
  std::vector<Punch> punches;
};

struct PreparedInfo {
  PreparedId id;
  Epoch epoch;
};

// The records of a placement group that are newer than `since`, tombstones too: what another store lacks that
// has all up to there. Call again with the result's `position` and `upto` until its `end`.
struct Diff {
  PgIndex pg;
  Epoch since = kEpochNone;         // only newer ones; none: all there are
  Epoch upto = kEpochMax;           // and not newer than this; kEpochMax: than the newest change now
  std::string position;             // empty: from the start
  uint64_t bytes_max = 4ull << 20;  // of keys and data of one answer; exceeded by a single larger record only
  bool with_data = true;
};

struct DiffResult {
  std::vector<StoreRecord> records;  // in the order of keys
  Buffer payload;                    // their data, in order
  std::string position;              // to go on from
  Epoch upto;
  bool end = false;  // nothing follows
};

struct StoreStats {
  uint64_t space_bytes = 0;  // of the main device, for data and pages
  uint64_t free_bytes = 0;   // allocatable now or after the next checkpoint
  uint64_t reserve_bytes = 0;
  uint64_t cache_pages = 0;
  uint64_t dirty_pages = 0;
  uint64_t pages = 0;               // of the index
  uint64_t log_bytes = 0;           // written since the last checkpoint
  uint64_t page_loads = 0;          // pages read from the device since opening
  uint64_t page_lookups = 0;        // pages asked for, in memory or not, since opening
  uint64_t checkpoints = 0;         // since opening
  Usage usage;                      // of all containers
  uint64_t aggregated_entries = 0;  // that aggregation has looked at, since opening
  uint64_t removals = 0;            // of containers and placement groups, that are not through
};

class Store {
 public:
  virtual ~Store() = default;

  // Writes an empty store onto the devices (which are taken to hold zeros or an old store). Durable when it
  // returns. Code::invalid if a device is too small (log: 1 MiB, main: 4 MiB).
  static Task<Result<void>> format(Runtime& runtime, BlockDevice& log, BlockDevice& main,
                                   FormatOptions options);
  // Loads the last checkpoint and replays the log. Code::corrupt with what and where if a structure that is
  // needed is damaged; Code::version if the format is not ours. `runtime` outlives the store.
  static Task<Result<std::unique_ptr<Store>>> open(Runtime& runtime, std::unique_ptr<BlockDevice> log,
                                                   std::unique_ptr<BlockDevice> main, StoreOptions options);
  // Ends background work, takes a checkpoint and stops. No operation is in progress. The store may also be
  // dropped without: that is a crash.
  virtual Task<Result<void>> close() = 0;

  // `payload` holds the items' data in order and stays valid until completion. Returns the epoch of the
  // change. Code::no_space (nothing changed); exists/not_found by conditions; invalid (kind or record size
  // differs from what the akey holds); corrupt (data does not match its checksum); too_big (limits.h).
  virtual Task<Result<Epoch>> update(Update update, std::span<const ByteView> payload) = 0;
  // Works on a full store too (reserve). Punching what is not there succeeds unless Condition::punch.
  virtual Task<Result<Epoch>> punch(Punch punch) = 0;
  // Nothing there is no error (record_bytes 0) unless a condition says so. Code::corrupt if stored bytes fail
  // their checksum, with the object, key and extent.
  virtual Task<Result<FetchResult>> fetch(Fetch fetch) = 0;
  virtual Task<Result<ListResult>> list(List list) = 0;
  virtual Task<Result<QueryResult>> query(Query query) = 0;

  // Takes over records at the epochs they have, in any order and without conditions: what was decided
  // elsewhere. A record that is there already (same key and epoch) stays as it is, so repeating is harmless.
  // `payload` holds their data in order. Consecutive records of one epoch take effect together. The clock
  // follows the epochs, requests are remembered. Epochs are above what aggregation has reached: the caller's
  // promise. Until all records of a history have come, an akey may hold what no one store would have
  // accepted: it is then a single value if one is visible, else an array whose record size is that of its
  // first visible hole or piece that says one, and pieces of another size are not there. Code::invalid,
  // too_big, corrupt (checksum); no_space (a part may have been taken over).
  virtual Task<Result<void>> apply(std::vector<StoreRecord> records, std::span<const ByteView> payload) = 0;
  // What it gives since an epoch, applied to a store that has all up to there, makes both equal at every
  // later epoch that is readable. Code::stale if punches newer than `since` are aggregated away: then only a
  // copy of the whole group into an empty one is of use. While that is made, in several answers, aggregation
  // must not run. Code::corrupt if data fails its checksum.
  virtual Task<Result<DiffResult>> diff(Diff diff) = 0;

  // Removes the records of the group that are newer than `above`, other than those of the epochs in `keep`,
  // as if they had never come: what the members of a group do not share. Requests that made them are
  // forgotten, prepared transactions among them too. Operations on the group wait until it is through; those
  // in progress may see it half done. Durable and final when it returns, and carried to the end after a crash
  // if it had become durable.
  virtual Task<Result<void>> remove_tail(PgIndex pg, Epoch above, std::vector<Epoch> keep) = 0;

  // --- transactions
  // Makes a transaction's writes durable without showing them: commit() does. Until then every read at or
  // above its epoch, and every write, of what it writes is refused with Code::in_doubt;
  // Error::subject("transaction") names it. Reads of the transaction itself come before. `payload` holds the
  // updates' data in order. Conditions are judged by what is stored; what the transaction punches itself
  // counts as not there. Repeating is harmless. Code::restart if another transaction has read what it writes
  // at its epoch or later, or if something newer is written there: begin again above subject("above").
  // in_doubt if another prepared one is in its way. busy if too many are prepared. invalid if it was decided
  // before; otherwise as update().
  virtual Task<Result<void>> prepare(Prepare prepare, std::span<const ByteView> payload) = 0;
  // Shows what was prepared, at its epoch, which is returned. Repeating is harmless, as long as the store
  // remembers (the latest 16384). Code::not_found if the transaction is not known or was aborted.
  virtual Task<Result<Epoch>> commit(PreparedId id) = 0;
  // Drops what was prepared. Of a transaction that is not known: it will not be prepared any more.
  // Code::invalid if it was committed.
  virtual Task<Result<void>> abort(PreparedId id) = 0;
  // All that are not decided.
  virtual std::vector<PreparedInfo> prepared() const = 0;

  // Durable when it returns: reads of the container see nothing from now on, and writes to it are refused
  // (Code::not_found). Its space comes back in the background, also after a crash. Its id is not used again.
  virtual Task<Result<void>> remove_container(ContainerId container) = 0;
  // The same for all that the store has of a placement group. Writes to the group are refused with Code::busy
  // until its removal is through; then it may be used again.
  virtual Task<Result<void>> remove_group(PgIndex pg) = 0;
  // What the container's records take, exactly; older versions that are still stored included.
  virtual Usage usage(ContainerId container) const = 0;
  // Takes effect for aggregation that begins later. A snapshot that is added must be readable now, by the
  // retention before: what was removed does not come back.
  virtual void set_retention(Retention retention) = 0;
  // Removes what no readable epoch needs, looking at versions up to `upto`, and frees its space (after the
  // next checkpoint). Extents that all readable epochs see alike become one, with the newest of their epochs.
  // In slices.
  virtual Task<Result<void>> aggregate(Epoch upto) = 0;
  virtual Task<Result<void>> checkpoint() = 0;
  // Reads everything from the devices and compares it with its checksums, no faster than it is told. Damage
  // is in the report, never an error.
  virtual Task<Result<ScrubReport>> scrub(ScrubOptions options) = 0;
  virtual StoreStats stats() const = 0;
  // Never hand out an epoch at or below this one; see HybridClock::observe.
  virtual Epoch newest_epoch() const = 0;
};

}  // namespace firn::vos

// Object: update, fetch, punch, list and query of one object, sent straight to the targets that own its
// groups. A cheap value: open as many as needed. The container outlives it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "client/client.h"

namespace firn::client {

// Where a list goes on. Start with a default one.
struct ListAnchor {
  uint32_t group = 0;
  std::optional<Key> after;
  bool end = false;
};

// What to fetch and where to put it. Places of records that are not there are left as they are.
struct FetchTarget {
  FetchItem item;
  std::vector<MutableBytes> buffers;  // capacity for the value, or for all requested records
};

class Object {
 public:
  Object(Container& container, ObjectId id) : container_(&container), id_(id) {}
  ObjectId id() const { return id_; }

  // Items' checksums are computed here. `data` holds the items' bytes in order (any cuts) and lives until
  // completion. All items are applied, or none. Returns the change's epoch.
  Task<Result<Epoch>> update(Key dkey, std::vector<UpdateItem> items, std::vector<ByteView> data,
                             Condition conditions = Condition::none);
  // Fetched bytes are verified and land in the buffers. One FetchedItem per target; a single value longer
  // than its buffers is not fetched (sent = false, its length in record_bytes).
  Task<Result<std::vector<FetchedItem>>> fetch(Key dkey, std::vector<FetchTarget> targets,
                                               Condition conditions = Condition::none,
                                               Epoch epoch = kEpochMax);
  // As it is now, and of which epoch that is.
  Task<Result<FetchReply>> fetch_now(Key dkey, std::vector<FetchTarget> targets);
  // A single value as bytes, or nullopt.
  Task<Result<std::optional<std::string>>> fetch_value(Key dkey, Key akey, Epoch epoch = kEpochMax);
  // Punches the whole object: all groups, one after the other (not atomic until transactions).
  Task<Result<void>> punch();
  // Both give the change's epoch: what was there before is what a read one epoch earlier sees. Code::restart
  // if something in the dkey is newer than `unchanged_since`.
  Task<Result<Epoch>> punch_dkey(Key dkey, Condition conditions = Condition::none,
                                 Epoch unchanged_since = kEpochMax);
  Task<Result<Epoch>> punch_akeys(Key dkey, std::vector<Key> akeys, Condition conditions = Condition::none);
  // Some of the dkeys (at most `entries_max`, perhaps none although more follow), group after group.
  Task<Result<std::vector<Key>>> list_dkeys(ListAnchor& anchor, uint32_t entries_max = 1024,
                                            Epoch epoch = kEpochMax);
  Task<Result<std::vector<Key>>> list_akeys(Key dkey, ListAnchor& anchor, uint32_t entries_max = 1024,
                                            Epoch epoch = kEpochMax);
  // Visible stretches from `from_record` on; `record_bytes` set if there are any.
  Task<Result<ListReply>> list_extents(Key dkey, Key akey, uint64_t from_record = 0, Epoch epoch = kEpochMax);
  // As vos::Query; a dkey is looked for in all groups, and so is the newest epoch.
  // request.address is filled in here.
  Task<Result<QueryReply>> query(QueryRequest request);

 private:
  // The same as coroutines that own a copy of this value, so that the Object may be gone before the task
  // ends.
  static Task<Result<Epoch>> update_parts(Object self, UpdateRequest request, std::vector<ByteView> data);
  static FetchRequest fetch_request(Key dkey, std::vector<FetchTarget>& targets);
  static Task<Result<std::vector<FetchedItem>>> fetch_items(Object self, FetchRequest request,
                                                            std::vector<FetchTarget> targets);
  static Task<Result<FetchReply>> fetch_parts(Object self, FetchRequest request,
                                              std::vector<FetchTarget> targets);
  static Task<Result<std::optional<std::string>>> fetch_single(Object self, Key dkey, Key akey, Epoch epoch);
  static Task<Result<void>> punch_groups(Object self);
  static Task<Result<void>> punch_group(Object self, uint32_t group);
  static Task<Result<Epoch>> punch_one(Object self, PunchRequest request, uint32_t group);
  static Task<Result<std::vector<Key>>> list_group(Object self, ListRequest request, uint32_t group,
                                                   ListAnchor* anchor, bool single_group);
  static Task<Result<ListReply>> list_once(Object self, ListRequest request, uint32_t group);
  static Task<Result<QueryReply>> query_groups(Object self, QueryRequest request);
  static Task<Result<void>> query_one(Object self, QueryRequest request, uint32_t group, QueryReply* reply);

  uint32_t group_of(const Key& dkey) const;
  // Sends the request to the group's target; with a new map and again if the target says the map is stale.
  // The request outlives the task.
  template <class Request>
  static Task<Result<typename Request::Reply>> call(Object self, Request* request, uint32_t group,
                                                    net::Bulk<typename Request::Reply> bulk);

  Container* container_;
  ObjectId id_;
};

}  // namespace firn::client

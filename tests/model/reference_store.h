// ReferenceStore: what a vos::Store must answer, the simplest way: it keeps every change for ever, and to
// answer a read it plays an akey's changes from the last punch on, record by record. Shares no code with the
// store.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reference_prepared.h"
#include "vos/store.h"

namespace firn::model {

// What an akey looks like at an epoch.
struct AkeyImage {
  struct Cell {
    Epoch epoch;
    std::string bytes;
  };
  bool exists = false;
  ValueKind kind = ValueKind::single;
  uint64_t record_bytes = 0;  // array
  std::optional<std::string> single;
  std::map<uint64_t, Cell> records;  // array
  Epoch newest;
};

// A run of records with the same epoch (list), or of visible ones (query).
struct ReferenceRun {
  Recx recx;
  Epoch epoch;
};

class ReferenceStore {
 public:
  // The code with which the change must be refused now; nothing if it must succeed.
  std::optional<Code> judge(const vos::Update& update) const;
  std::optional<Code> judge(const vos::Punch& punch) const;
  // Epochs ascend from call to call, but for changes of which it turns out later that they happened.
  void apply(const vos::Update& update, const std::string& payload, Epoch epoch);
  void apply(const vos::Punch& punch, Epoch epoch);
  // It cannot be written to any more.
  void remove_container(ContainerId container);
  // As if what is newer than `above`, other than at the epochs in `keep`, had never come to the group.
  void remove_tail(PgIndex pg, Epoch above, const std::vector<Epoch>& keep);
  // The transaction's writes take effect, or never will.
  void commit(vos::PreparedId id);
  void abort(vos::PreparedId id) { prepared.all.erase(id); }

  ReferencePrepared prepared;

  // The newest change of anything in the parts, or of what they lie in.
  Epoch newest_in(const std::vector<Part>& parts) const;
  AkeyImage image(const vos::ObjectRef& object, const Key& dkey, const Key& akey, Epoch epoch) const;
  bool dkey_exists(const vos::ObjectRef& object, const Key& dkey, Epoch epoch) const;
  bool object_exists(const vos::ObjectRef& object, Epoch epoch) const;

  std::vector<ObjectId> objects(PgIndex pg, ContainerId container, Epoch epoch) const;
  std::vector<Key> dkeys(const vos::ObjectRef& object, Epoch epoch) const;
  std::vector<Key> akeys(const vos::ObjectRef& object, const Key& dkey, Epoch epoch) const;
  static std::vector<ReferenceRun> extents(const AkeyImage& image, uint64_t from);
  vos::QueryResult query(const vos::Query& query) const;

  // All there ever was.
  std::vector<vos::ObjectRef> known_objects() const;
  std::vector<Key> known_dkeys(const vos::ObjectRef& object) const;
  std::vector<Key> known_akeys(const vos::ObjectRef& object, const Key& dkey) const;

 private:
  struct Write {
    ValueKind kind = ValueKind::single;
    bool punch = false;
    uint64_t record_bytes = 0;
    std::vector<Recx> recxs;
    std::string data;
  };
  struct Akey {
    std::vector<Epoch> punches;
    std::map<Epoch, Write> writes;
  };
  struct Dkey {
    std::vector<Epoch> punches;
    std::map<Key, Akey> akeys;
  };
  struct Object {
    std::vector<Epoch> punches;
    std::map<Key, Dkey> dkeys;
  };

  static Epoch last_punch(const std::vector<Epoch>& punches, Epoch epoch);
  static void play(const Write& write, Epoch epoch, AkeyImage& image);
  std::optional<Recx> find_run(const AkeyImage& image, bool largest) const;
  bool query_dkey(const vos::Query& query, const Key& dkey, vos::QueryResult& result) const;
  bool query_akey(const vos::Query& query, const Key& akey, vos::QueryResult& result) const;
  std::optional<Code> judge_punched(const vos::Punch& punch, const Key* akey) const;

  std::map<vos::ObjectRef, Object> objects_;
  std::set<ContainerId> removed_;
};

}  // namespace firn::model

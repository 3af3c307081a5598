// Workload: random operations on few keys, so that they collide all the time.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/rng.h"
#include "vos/store.h"

namespace firn::model {

// A change and its data.
struct ChangeCall {
  std::variant<vos::Update, vos::Punch> call;
  std::string payload;
  const vos::Update* update() const { return std::get_if<vos::Update>(&call); }
  const vos::Punch* punch() const { return std::get_if<vos::Punch>(&call); }
  const RequestId& request() const { return update() != nullptr ? update()->request : punch()->request; }
};

// Those of the request and of its items.
void drop_conditions(vos::Update& update);
void drop_conditions(vos::Fetch& fetch);

struct WorkloadOptions {
  uint32_t objects = 3;
  uint32_t dkeys = 4;
  uint32_t akeys = 3;
  uint64_t single_bytes_usual = 40;
  uint64_t single_bytes_max = 200'000;
  bool conditions = true;
  bool punches = true;
  bool object_punches = true;
  bool bad_kinds = true;  // other kind or record size than the akey usually has
};

class Workload {
 public:
  Workload(uint64_t seed, WorkloadOptions options) : rng_(seed), options_(options) {}

  Rng& rng() { return rng_; }
  // Each with a request id of its own.
  ChangeCall change();
  // Makes of some punches such as depend on what has changed since one of these epochs.
  void look_back(ChangeCall& change, const std::set<Epoch>& epochs);
  vos::Fetch fetch(Epoch epoch);
  vos::List list(Epoch epoch);
  vos::Query query(Epoch epoch);
  vos::ObjectRef object();
  static std::vector<ContainerId> containers();

 private:
  Key dkey();
  Key akey();
  ValueKind usual_kind(const Key& akey);
  uint64_t usual_record_bytes(const Key& dkey, const Key& akey) const;
  Recx recx(uint64_t record_bytes);
  std::vector<Recx> apart(uint64_t record_bytes);
  uint64_t single_bytes();
  ChangeCall update();
  UpdateItem item(const Key& dkey, const Key& akey);
  void add_checksums(UpdateItem& item, std::string_view data);
  ChangeCall punch();
  std::string random_bytes(uint64_t bytes);

  Rng rng_;
  const WorkloadOptions options_;
  uint64_t sequence_ = 0;
};

}  // namespace firn::model

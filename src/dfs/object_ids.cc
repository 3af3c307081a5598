// New object ids; see object_ids.h.
#include "dfs/object_ids.h"

namespace firn::dfs {

namespace {
Runtime& runtime_of(client::Container& container) { return container.pool().client().runtime(); }

// Superblock and root directory have these.
bool is_taken(ObjectId id) { return id.lo == 0 && id.hi <= 1; }
}  // namespace

ObjectIds::ObjectIds(std::shared_ptr<client::Container> container)
    : container_(std::move(container)), reserving_(runtime_of(*container_).executor(), 1) {}

Task<Result<ObjectId>> ObjectIds::next() {
  for (;;) {
    while (left_ == 0) FIRN_CO_CHECK(co_await reserve());
    hi_ = next_hi(hi_);
    left_--;
    const ObjectId id{hi_, *lo_};
    if (!is_taken(id)) co_return id;
  }
}

Task<Result<void>> ObjectIds::reserve() {
  const auto turn = co_await reserving_.acquire();
  if (left_ > 0) co_return {};  // who was before us reserved
  FIRN_CO_TRY(lo_, co_await container_->allocate_oids(1));
  hi_ = static_cast<uint32_t>(runtime_of(*container_).rng().next());
  left_ = uint64_t{1} << 32;
  co_return {};
}

}  // namespace firn::dfs

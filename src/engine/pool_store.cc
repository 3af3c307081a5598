// One pool on one target; see pool_store.h.
#include "engine/pool_store.h"

#include <utility>

namespace firn::engine {

PoolStore::PoolStore(Executor& executor, PoolShare share, std::unique_ptr<vos::Store> store)
    : share_(std::move(share)), store_(std::move(store)), unused_(executor), turning_(executor, 1) {}

PoolStore::PoolStore(Executor& executor, PoolShare share, Error reason)
    : share_(std::move(share)), reason_(std::move(reason)), unused_(executor), turning_(executor, 1) {}

Result<void> PoolStore::check_open() const {
  if (store_ != nullptr) return {};
  return fail(reason_->code(), "the pool's store on this target could not be opened")
      .because(reason_->clone());
}

Result<PoolStore::Use> PoolStore::use(ContainerId container) {
  FIRN_CHECK(check_open());
  if (!removed_.empty() && removed_.contains(container)) {
    return fail(Code::not_found, "the container was destroyed").on("container", container.uuid.text());
  }
  return Use(*this, generation_);
}

Result<PoolStore::Use> PoolStore::use() {
  FIRN_CHECK(check_open());
  return Use(*this, kOther);
}

void PoolStore::end(size_t kind) {
  if (--uses_[kind] == 0) unused_.set();
}

Task<void> PoolStore::wait_unused(size_t kind) {
  while (uses_[kind] > 0) {
    unused_.reset();
    co_await unused_.wait();
  }
}

Task<void> PoolStore::wait_for_earlier_uses() {
  const auto turn = co_await turning_.acquire();
  // The other generation has none left: it was waited for before the turn before this one ended.
  const size_t earlier = std::exchange(generation_, 1 - generation_);
  co_await wait_unused(earlier);
}

Task<Result<void>> PoolStore::remove_container(ContainerId container) {
  FIRN_CO_TRY(const Use held, use());
  removed_.insert(container);
  co_await wait_for_earlier_uses();
  co_return co_await held.store().remove_container(container);
}

Task<Result<void>> PoolStore::close() {
  for (size_t kind = 0; kind < std::size(uses_); kind++) co_await wait_unused(kind);
  if (store_ == nullptr) co_return Result<void>();
  auto closed = co_await store_->close();
  store_.reset();
  co_return closed;
}

}  // namespace firn::engine

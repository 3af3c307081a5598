// both: two tasks of different kinds at the same time.
//
//   FIRN_CO_TRY(auto found, co_await both(fetch_inode(place), array.size()));
//   auto& [inode, size] = found;
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "runtime/when_all.h"

namespace firn::dfs {

namespace detail {
template <class T>
Task<Result<void>> run_into(Task<Result<T>> task, std::optional<T>* result) {
  FIRN_CO_TRY(*result, co_await std::move(task));
  co_return {};
}
}  // namespace detail

// Both results, or the first one's error, else the second's. Both have ended in any case.
template <class A, class B>
Task<Result<std::pair<A, B>>> both(Task<Result<A>> first, Task<Result<B>> second) {
  std::optional<A> a;
  std::optional<B> b;
  std::vector<Task<Result<void>>> tasks;
  tasks.push_back(detail::run_into(std::move(first), &a));
  tasks.push_back(detail::run_into(std::move(second), &b));
  FIRN_CO_CHECK(co_await when_all_ok(std::move(tasks)));
  co_return std::pair<A, B>(std::move(*a), std::move(*b));
}

}  // namespace firn::dfs

// What the parts of the control service share; see control_context.h.
#include "control/control_context.h"

namespace firn::control {

Task<Result<Semaphore::Units>> ControlContext::begin_change(Caller caller) {
  Semaphore::Units turn = co_await changes.acquire();
  if (runtime.now() >= caller.deadline) {
    co_return fail(Code::timed_out, "the change was not begun before the caller's deadline");
  }
  FIRN_CO_CHECK(co_await requests.drop_old());
  co_return std::move(turn);
}

Task<Result<void>> ControlContext::commit(MetaTransaction transaction) {
  FIRN_CO_TRY(const bool applied, co_await meta.commit(std::move(transaction)));
  if (!applied) co_return fail(Code::busy, "the metadata was changed by another at the same time");
  co_return Result<void>();
}

}  // namespace firn::control

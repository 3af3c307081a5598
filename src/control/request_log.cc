// Requests that have been carried out; see request_log.h.
#include "control/request_log.h"

namespace firn::control {

Task<Result<std::optional<std::string>>> RequestLog::find(RequestId request, uint16_t opcode) {
  if (request.sequence.value == 0) co_return std::optional<std::string>();
  FIRN_CO_TRY(auto found, co_await Catalog(meta_).find<RequestRecord>(keys::request(request)));
  if (!found) co_return std::optional<std::string>();
  if (found->record.opcode != opcode) {
    co_return fail(Code::invalid, "the request's number was used before, for another request")
        .on("client", request.client.value)
        .on("sequence", request.sequence.value);
  }
  co_return std::optional(std::move(found->record.reply));
}

Task<Result<void>> RequestLog::add(Caller caller, RequestRecord record, MetaTransaction* transaction) {
  if (caller.request.sequence.value == 0) co_return Result<void>();
  const std::string seen_below = keys::request({caller.request.client, caller.completed_below});
  FIRN_CO_TRY(const auto entries, co_await meta_.list(keys::requests_of(caller.request.client)));
  for (const MetaEntry& entry : entries) {
    if (entry.key < seen_below) transaction->changes.push_back({entry.key, std::nullopt});
  }
  transaction->changes.push_back({keys::request(caller.request), encode_record(record)});
  co_return Result<void>();
}

Task<Result<void>> RequestLog::drop_old() {
  if (runtime_.now() < next_drop_) co_return Result<void>();
  next_drop_ = runtime_.now() + kAgeMax;
  FIRN_CO_TRY(const auto entries, co_await meta_.list(keys::requests()));
  MetaTransaction transaction;
  for (const MetaEntry& entry : entries) {
    FIRN_CO_TRY(const auto record, decode_record<RequestRecord>(entry.value, entry.key));
    const bool old = runtime_.wall_time().ns - record.answered.ns > kAgeMax.count();
    if (old) transaction.changes.push_back({entry.key, std::nullopt});
  }
  if (!transaction.changes.empty()) FIRN_CO_CHECK(co_await meta_.commit(std::move(transaction)));
  co_return Result<void>();
}

}  // namespace firn::control

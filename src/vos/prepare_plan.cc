// Checking what a transaction writes; see prepare_plan.h.
#include "vos/prepare_plan.h"

#include <algorithm>
#include <set>
#include <string>

#include "model/limits.h"
#include "vos/payload_reader.h"
#include "vos/reach.h"

namespace firn::vos {

namespace {

Result<void> check_place(const Prepare& prepare) {
  if (prepare.id.transaction.uuid.is_nil()) return fail(Code::invalid, "a transaction without a name");
  if (prepare.epoch == kEpochNone || prepare.epoch == kEpochMax) {
    return fail(Code::invalid, "a transaction without an epoch");
  }
  if (prepare.updates.empty() && prepare.punches.empty()) {
    return fail(Code::invalid, "a transaction that writes nothing is not prepared");
  }
  const ContainerId container = prepare.updates.empty() ? prepare.punches.front().object.container
                                                        : prepare.updates.front().object.container;
  const auto elsewhere = [&](const ObjectRef& object) {
    return object.pg != prepare.id.pg || object.container != container;
  };
  if (std::ranges::any_of(prepare.updates, elsewhere, &Update::object) ||
      std::ranges::any_of(prepare.punches, elsewhere, &Punch::object)) {
    return fail(Code::invalid, "what is prepared together lies in several groups or containers")
        .remedy("prepare it in each group");
  }
  return {};
}

Result<void> check_akeys(const Prepare& prepare) {
  std::set<std::string> akeys;
  for (const Update& update : prepare.updates) {
    for (const UpdateItem& item : update.items) {
      if (akeys.insert(akey_prefix(update.object, update.dkey, item.akey)).second) continue;
      return fail(Code::invalid, "two items of one transaction write the same akey")
          .remedy("join them before they are prepared");
    }
  }
  if (akeys.size() <= kAkeysPerPrepareMax) return {};
  return fail(Code::too_big, "a transaction writes too many akeys in one group")
      .on("akeys_max", kAkeysPerPrepareMax);
}

// Nothing if the updates say they have more data than there is.
std::optional<std::vector<uint64_t>> shares(const Prepare& prepare, uint64_t payload_bytes) {
  std::vector<uint64_t> bytes;
  for (const Update& update : prepare.updates) {
    uint64_t& share = bytes.emplace_back();
    for (const UpdateItem& item : update.items) {
      if (item.data_bytes() > payload_bytes) return std::nullopt;
      payload_bytes -= item.data_bytes();
      share += item.data_bytes();
    }
  }
  return payload_bytes == 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace

Result<PreparePlan> plan_prepare(const Prepare& prepare, std::span<const ByteView> payload,
                                 bool verify_checksums) {
  FIRN_CHECK(check_place(prepare));
  FIRN_CHECK(check_akeys(prepare));
  PreparePlan plan;
  for (const Punch& punch : prepare.punches) {
    FIRN_CHECK(check_punch(punch));
    plan.punches.push_back(punch_change(punch));
  }
  const auto bytes = shares(prepare, total_bytes(payload));
  if (!bytes) return fail(Code::invalid, "the payload is not as long as the updates say");
  PayloadReader reader(payload);
  for (size_t i = 0; i < prepare.updates.size(); i++) {
    std::vector<ByteView> data;
    reader.take((*bytes)[i], data);
    FIRN_TRY(UpdatePlan update,
             plan_update(prepare.updates[i], data, verify_checksums ? Verify::now : Verify::never));
    plan.updates.push_back(std::move(update));
  }
  return plan;
}

bool punches_akey(const std::vector<Change>& punches, const Update& update, const Key& akey) {
  const Reach reach{.level = ReachLevel::akey, .object = update.object, .dkey = update.dkey, .akey = akey};
  return std::ranges::any_of(punches, [&](const Change& punch) { return touches(punch, reach); });
}

}  // namespace firn::vos

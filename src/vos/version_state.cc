// What checkpoints keep about versions; see version_state.h.
#include "vos/version_state.h"

#include <algorithm>
#include <utility>

#include "model/wire.h"

namespace firn::vos {

namespace {

struct StateImage {
  std::string prepared;
  std::vector<TailRemoval> tail_removals;
  Epoch tombstones_gone;
  static void fields(auto& self, auto&& visit) {
    visit("prepared", self.prepared);
    visit("tail_removals", self.tail_removals);
    visit("tombstones_gone", self.tombstones_gone);
  }
};

}  // namespace

bool TailRemoval::covers(Epoch epoch) const {
  return epoch > above && epoch <= upto && !std::ranges::binary_search(keep, epoch);
}

size_t VersionState::encoded_bytes() const {
  constexpr size_t kFixedBytes = 64;
  size_t bytes = kFixedBytes + prepared.encoded_bytes();
  for (const TailRemoval& removal : tail_removals) bytes += kFixedBytes + removal.keep.size() * sizeof(Epoch);
  return bytes;
}

std::string VersionState::encode() const {
  return firn::encode(StateImage{prepared.encode(), tail_removals, tombstones_gone});
}

Result<void> VersionState::decode(std::string_view bytes) {
  auto image = firn::decode<StateImage>(bytes);
  if (!image) {
    return fail(Code::corrupt, "what the checkpoint says about versions is damaged")
        .remedy("restore the store from its replicas")
        .because(std::move(image).error());
  }
  FIRN_CHECK(prepared.decode(image->prepared));
  tail_removals = std::move(image->tail_removals);
  tombstones_gone = image->tombstones_gone;
  return {};
}

Result<std::vector<Change>> logged_changes(std::string_view record) {
  const LogKind kind = record.empty() ? LogKind::change : log_kind(record);
  if (kind == LogKind::decide || kind == LogKind::remove_tail) return std::vector<Change>();
  if (kind != LogKind::prepare) return decode_changes(record);
  FIRN_TRY(Prepared prepared, decode<Prepared>(record.substr(1)));
  for (const Change& change : prepared.changes) FIRN_CHECK(check_change(change));
  return std::move(prepared.changes);
}

}  // namespace firn::vos

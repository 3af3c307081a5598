// Removed containers and groups; see removals.h.
#include "vos/removals.h"

#include <algorithm>

#include "base/assert.h"
#include "model/wire.h"

namespace firn::vos {

bool Removals::add(ContainerId container) {
  if (!removed_.insert(container).second) return false;
  by_age_.push_back(container);
  containers_.insert(container);
  // One whose entries are not erased yet must stay known.
  for (size_t i = by_age_.size(); i > 0 && by_age_.size() > kRemovedMax; i--) {
    const ContainerId oldest = by_age_.front();
    by_age_.pop_front();
    if (containers_.contains(oldest))
      by_age_.push_back(oldest);
    else
      removed_.erase(oldest);
  }
  return true;
}

bool Removals::add(PgIndex pg) { return !is_removed(pg) && groups_.insert(pg).second; }

Result<void> Removals::check_write(const ObjectRef& object) const {
  if (!hides(object)) return {};
  if (is_removed(object.container)) {
    return fail(Code::not_found, "the container was removed").on("container", object.container.uuid.text());
  }
  return fail(Code::busy, "the placement group is being removed from this store")
      .on("pg", object.pg.value)
      .remedy("try again later");
}

std::optional<ContainerId> Removals::next_container() const {
  return containers_.empty() ? std::nullopt : std::optional(*containers_.begin());
}

std::optional<PgIndex> Removals::next_group() const {
  return groups_.empty() ? std::nullopt : std::optional(*groups_.begin());
}

void Removals::erased(PgIndex pg) {
  FIRN_ASSERT(groups_.erase(pg) == 1);
  closing_.insert(pg);
}

void Removals::encode(ReclaimImage& image) const {
  image.removed.assign(by_age_.begin(), by_age_.end());
  image.removing.assign(containers_.begin(), containers_.end());
  image.groups.assign(groups_.begin(), groups_.end());
}

void Removals::decode(const ReclaimImage& image) {
  by_age_.assign(image.removed.begin(), image.removed.end());
  removed_ = {image.removed.begin(), image.removed.end()};
  containers_ = {image.removing.begin(), image.removing.end()};
  groups_ = {image.groups.begin(), image.groups.end()};
}

std::string encode_removal(const RemovalRecord& removal) {
  std::string out(1,
                  static_cast<char>(removal.container ? LogKind::remove_container : LogKind::remove_group));
  wire::Encoder encoder(out);
  if (removal.container)
    encoder.put(*removal.container);
  else
    encoder.put(*removal.pg);
  return out;
}

bool is_removal(std::string_view record) {
  if (record.empty()) return false;
  return log_kind(record) == LogKind::remove_container || log_kind(record) == LogKind::remove_group;
}

Result<RemovalRecord> decode_removal(std::string_view record) {
  FIRN_ASSERT(is_removal(record));
  RemovalRecord removal;
  wire::Decoder decoder(record.substr(1));
  if (log_kind(record) == LogKind::remove_container)
    decoder.get(removal.container.emplace());
  else
    decoder.get(removal.pg.emplace());
  if (!decoder.failed() && decoder.remaining() == 0) return removal;
  return fail(Code::corrupt, "a log record holds a removal that makes no sense");
}

std::string encode_reclaim(const ReclaimImage& image) { return encode(image); }

Result<ReclaimImage> decode_reclaim(std::string_view bytes) {
  FIRN_TRY(ReclaimImage image, decode<ReclaimImage>(bytes));
  const std::set<ContainerId> removed(image.removed.begin(), image.removed.end());
  const bool all_known =
      std::ranges::all_of(image.removing, [&](ContainerId container) { return removed.contains(container); });
  if (all_known && removed.size() == image.removed.size()) return image;
  return fail(Code::corrupt, "the list of removed containers makes no sense");
}

}  // namespace firn::vos

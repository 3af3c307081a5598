// Prepared writes; see prepared_table.h.
#include "vos/prepared_table.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "model/wire.h"

namespace firn::vos {

namespace {

// As a checkpoint keeps it.
struct TableImage {
  std::vector<Prepared> prepared;
  std::vector<Decision> decisions;  // oldest first
  static void fields(auto& self, auto&& visit) {
    visit("prepared", self.prepared);
    visit("decisions", self.decisions);
  }
};

constexpr size_t kDecisionBytes = 64;

}  // namespace

// --- prepared and decided ------------------------------------------------------------------------

const Prepared* PreparedTable::find(PreparedId id) const {
  const auto at = prepared_.find(id);
  return at == prepared_.end() ? nullptr : &at->second.prepared;
}

std::string PreparedTable::index_key(const Change& change) {
  return change.dkey ? dkey_prefix(change.object, *change.dkey) : object_prefix(change.object);
}

void PreparedTable::add(Prepared prepared) {
  const PreparedId id = prepared.id;
  const size_t bytes = firn::encode(prepared).size();
  const auto [at, added] = prepared_.try_emplace(id, Entry{std::move(prepared), bytes});
  FIRN_ASSERT(added);
  bytes_ += bytes;
  const std::vector<Change>& changes = at->second.prepared.changes;
  for (size_t i = 0; i < changes.size(); i++) writes_.emplace(index_key(changes[i]), Write{id, i});
}

Prepared PreparedTable::take(PreparedId id) {
  const auto at = prepared_.find(id);
  FIRN_ASSERT(at != prepared_.end());
  for (const Change& change : at->second.prepared.changes) {
    const auto [begin, end] = writes_.equal_range(index_key(change));
    const auto write = std::find_if(begin, end, [&](const auto& entry) { return entry.second.id == id; });
    FIRN_ASSERT(write != end);
    writes_.erase(write);
  }
  bytes_ -= at->second.bytes;
  Prepared prepared = std::move(at->second.prepared);
  prepared_.erase(at);
  return prepared;
}

const Decision* PreparedTable::decision(PreparedId id) const {
  const auto at = decisions_.find(id);
  return at == decisions_.end() ? nullptr : &at->second;
}

void PreparedTable::decide(Decision decision) {
  const PreparedId id = decision.id;
  if (!decisions_.try_emplace(id, decision).second) return;
  decided_.push_back(id);
  if (decided_.size() <= kDecisionsMax) return;
  decisions_.erase(decided_.front());
  decided_.pop_front();
}

std::vector<PreparedInfo> PreparedTable::list() const {
  std::vector<PreparedInfo> all;
  all.reserve(prepared_.size());
  for (const auto& [id, entry] : prepared_) all.push_back({id, entry.prepared.epoch});
  return all;
}

Epoch PreparedTable::oldest() const {
  Epoch oldest = kEpochMax;
  for (const auto& [id, entry] : prepared_) oldest = std::min(oldest, entry.prepared.epoch);
  return oldest;
}

std::vector<PreparedId> PreparedTable::tail(PgIndex pg, Epoch above, Epoch upto,
                                            const std::vector<Epoch>& keep) const {
  std::vector<PreparedId> ids;
  for (const auto& [id, entry] : prepared_) {
    const Epoch epoch = entry.prepared.epoch;
    const bool inside = id.pg == pg && epoch > above && epoch <= upto;
    if (inside && !std::ranges::binary_search(keep, epoch)) ids.push_back(id);
  }
  return ids;
}

// --- who touches what ----------------------------------------------------------------------------

const Prepared* PreparedTable::check(const Write& write, const Reach& reach, Epoch at) const {
  const Prepared& prepared = prepared_.at(write.id).prepared;
  const bool touched = prepared.epoch <= at && touches(prepared.changes[write.change], reach);
  return touched ? &prepared : nullptr;
}

const Prepared* PreparedTable::find_touching(const Reach& reach, Epoch at) const {
  for (const std::string& outer : outer_prefixes(reach)) {
    const auto [begin, end] = writes_.equal_range(outer);
    for (auto write = begin; write != end; ++write) {
      if (const Prepared* found = check(write->second, reach, at)) return found;
    }
  }
  if (reach.level == ReachLevel::akey) return nullptr;  // its dkey's are the outer ones
  const std::string prefix = prefix_of(reach);
  for (auto write = writes_.lower_bound(prefix); write != writes_.end(); ++write) {
    if (!write->first.starts_with(prefix)) break;
    if (const Prepared* found = check(write->second, reach, at)) return found;
  }
  return nullptr;
}

// --- checkpoints ---------------------------------------------------------------------------------

size_t PreparedTable::encoded_bytes() const {
  return bytes_ + decided_.size() * kDecisionBytes + kDecisionBytes;
}

std::string PreparedTable::encode() const {
  TableImage image;
  for (const auto& [id, entry] : prepared_) image.prepared.push_back(entry.prepared);
  for (const PreparedId id : decided_) image.decisions.push_back(decisions_.at(id));
  return firn::encode(image);
}

Result<void> PreparedTable::decode(std::string_view bytes) {
  auto image = firn::decode<TableImage>(bytes);
  if (!image) {
    return fail(Code::corrupt, "the table of prepared transactions is damaged")
        .remedy("restore the store from its replicas")
        .because(std::move(image).error());
  }
  for (const Prepared& prepared : image->prepared) {
    for (const Change& change : prepared.changes) FIRN_CHECK(check_change(change));
    if (find(prepared.id) != nullptr || !has_room(0)) {
      return fail(Code::corrupt, "the table of prepared transactions names one twice, or has too many");
    }
    add(prepared);
  }
  for (const Decision& decision : image->decisions) decide(decision);
  return {};
}

}  // namespace firn::vos

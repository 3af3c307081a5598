// Handles; see handle_table.h.
#include "capi/handle_table.h"

#include <utility>

namespace firn::capi {

namespace {

constexpr uint64_t kKindMask = 0xf;
constexpr unsigned kGenerationShift = 4;
constexpr unsigned kSlotShift = 36;
constexpr size_t kSlotsMax = 1 << 28;

}  // namespace

HandleKind claimed_kind(daos_handle_t handle) { return static_cast<HandleKind>(handle.cookie & kKindMask); }

daos_handle_t HandleTable::add(HandleKind kind, std::shared_ptr<void> target) {
  const std::scoped_lock lock(mutex_);
  if (free_.empty()) {
    if (slots_.size() == kSlotsMax) return {0};
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint64_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.kind = kind;
  slot.target = std::move(target);
  return {index << kSlotShift | uint64_t{slot.generation} << kGenerationShift | static_cast<uint64_t>(kind)};
}

HandleTable::Slot* HandleTable::slot_of(daos_handle_t handle, HandleKind kind) {
  const uint64_t index = handle.cookie >> kSlotShift;
  if (claimed_kind(handle) != kind || index >= slots_.size()) return nullptr;
  Slot& slot = slots_[index];
  const bool same =
      slot.kind == kind && slot.generation == static_cast<uint32_t>(handle.cookie >> kGenerationShift);
  return same ? &slot : nullptr;
}

void HandleTable::free_slot(size_t index) {
  slots_[index].kind = HandleKind::none;
  slots_[index].generation++;
  free_.push_back(static_cast<uint32_t>(index));
}

std::shared_ptr<void> HandleTable::find(daos_handle_t handle, HandleKind kind) {
  const std::scoped_lock lock(mutex_);
  const Slot* const slot = slot_of(handle, kind);
  return slot == nullptr ? nullptr : slot->target;
}

std::shared_ptr<void> HandleTable::remove(daos_handle_t handle, HandleKind kind) {
  const std::scoped_lock lock(mutex_);
  Slot* const slot = slot_of(handle, kind);
  if (slot == nullptr) return nullptr;
  auto target = std::exchange(slot->target, nullptr);
  free_slot(handle.cookie >> kSlotShift);
  return target;
}

void HandleTable::clear() {
  std::vector<std::shared_ptr<void>> targets;  // ended outside the lock
  const std::scoped_lock lock(mutex_);
  for (size_t i = 0; i < slots_.size(); i++) {
    if (slots_[i].kind == HandleKind::none) continue;
    targets.push_back(std::exchange(slots_[i].target, nullptr));
    free_slot(i);
  }
}

}  // namespace firn::capi

// Walking over what is newer; see newer_walk.h.
#include "vos/newer_walk.h"

#include "base/endian.h"
#include "base/error.h"

namespace firn::vos {

Epoch NewerWalk::epoch() const {
  const std::string_view entry = cursor_.key();
  return Epoch{~load_big<uint64_t>(entry.data() + entry.size() - sizeof(uint64_t))};
}

Faultable<bool> NewerWalk::next() {
  while (true) {
    FIRN_TRY(const bool at_entry, step());
    positioned_ = at_entry && cursor_.key().starts_with(scope_);
    if (!positioned_) return false;
    touched_ = std::max(touched_, cursor_.lsn());
    position_ = cursor_.key();
    position_ += '\0';
    if (epoch() > since_) return true;
  }
}

// To the entry behind the last one, whatever its epoch.
Faultable<bool> NewerWalk::step() {
  return positioned_ ? cursor_.next_newer(since_) : cursor_.seek_newer(position_, since_);
}

}  // namespace firn::vos

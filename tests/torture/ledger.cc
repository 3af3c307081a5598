// Shared memory; see ledger.h.
#include "ledger.h"

#include <sys/mman.h>

#include "base/assert.h"

namespace firn::torture {

Ledger::Ledger(size_t operations) : operations_(operations) {
  void* const memory = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  FIRN_ASSERT(memory != MAP_FAILED);
  shared_ = static_cast<Shared*>(memory);  // zeros: not begun, not sent
  entries_ = shared_->entries;
}

Ledger::~Ledger() { ::munmap(shared_, bytes()); }

void Ledger::clear() {
  shared_->begun.store(0, std::memory_order_release);
  for (size_t i = 0; i < operations_; i++) not_sent(i);
}

size_t Ledger::count(Outcome wanted) const {
  size_t found = 0;
  for (size_t i = 0; i < operations_; i++) found += outcome(i) == wanted ? 1 : 0;
  return found;
}

}  // namespace firn::torture

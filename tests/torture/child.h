// What the children do, each in a process of its own, with a store on real files. They are forked, so that
// they have the operations and the reference model as their parent has them. Exit status: 0, or 1 with the
// reason on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger.h"
#include "reference_store.h"
#include "workload.h"

namespace firn::torture {

struct Round {
  std::string directory;
  uint64_t seed = 0;
  bool reclaim = false;                  // the store removes what is hidden; older epochs are then not read
  std::vector<model::ChangeCall> calls;  // each with a request of its own
  std::vector<Epoch> older_epochs;       // of acknowledged changes of earlier rounds
};

constexpr uint64_t kLogBytes = 4 << 20;
constexpr uint64_t kMainBytes = 1 << 30;

int format_store(const Round& round);
// Carries out the operations, many at a time, with checkpoints and reads in between, until it is killed.
int run_operations(const Round& round, Ledger& ledger);
// Opens the store and closes it, unless it is killed before.
int open_and_close(const Round& round);
// Checks the files, opens the store, settles what was in flight (by sending it again: who was carried out
// answers with an epoch the store had reached before; the others happen now), and compares all that can be
// read with the model. Afterwards nothing is in flight.
int verify(const Round& round, Ledger& ledger, model::ReferenceStore& reference);

// Tells the model what is done, in the order of epochs, up to `upto` and above `above`. The reason if an
// operation was acknowledged whose condition did not hold.
std::string learn(const Round& round, const Ledger& ledger, model::ReferenceStore& reference, Epoch above,
                  Epoch upto);

}  // namespace firn::torture

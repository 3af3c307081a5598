// Ledger: what became of each operation of a round, in memory that the parent shares with its children and
// that a killed child leaves as it was.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/epoch.h"

namespace firn::torture {

enum class Outcome : uint32_t {
  not_sent,
  in_flight,  // sent; the store has not answered
  done,       // acknowledged
  refused,    // answered with an error: must have no effect
};

class Ledger {
 public:
  explicit Ledger(size_t operations);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  size_t size() const { return operations_; }
  void clear();
  // The child says that its store is open.
  void begin() { shared_->begun.store(1, std::memory_order_release); }
  bool begun() const { return shared_->begun.load(std::memory_order_acquire) == 1; }
  void sent(size_t operation) { set(operation, Outcome::in_flight); }
  void done(size_t operation, Epoch epoch) {
    entries_[operation].epoch = epoch.value;
    set(operation, Outcome::done);
  }
  void refused(size_t operation) { set(operation, Outcome::refused); }
  void not_sent(size_t operation) { set(operation, Outcome::not_sent); }

  Outcome outcome(size_t operation) const {
    return entries_[operation].outcome.load(std::memory_order_acquire);
  }
  // Of one that is done.
  Epoch epoch(size_t operation) const { return Epoch{entries_[operation].epoch}; }
  size_t count(Outcome outcome) const;

 private:
  struct Entry {
    std::atomic<Outcome> outcome;
    uint64_t epoch;
  };
  static_assert(std::atomic<Outcome>::is_always_lock_free);
  struct Shared {
    std::atomic<uint32_t> begun;
    Entry entries[1];  // as many as there are operations
  };
  size_t bytes() const { return sizeof(Shared) + operations_ * sizeof(Entry); }
  void set(size_t operation, Outcome outcome) {
    entries_[operation].outcome.store(outcome, std::memory_order_release);
  }

  const size_t operations_;
  Shared* shared_;
  Entry* entries_;
};

}  // namespace firn::torture

// What the simulated clients of one world share, outside of it: models of all keys, and what went wrong. It
// outlives the lives of the clients.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "base/time.h"
#include "slot_model.h"

namespace firn::simtest {

constexpr uint32_t kObjects = 4;  // that hold slots

// A key that one worker of one client changes.
struct Slot {
  uint32_t object = 0;  // which of the workload's objects
  std::string key;
  SlotModel model;
  bool in_operation = false;
  // A client died in the middle of a change: its request may take effect at any later time, so nothing is
  // checked.
  bool given_up = false;
};

// A byte array that one worker writes and reads; `content` is what it holds (its length is the size).
struct ArrayState {
  uint32_t object = 0;
  std::string content;
  bool in_operation = false;
  bool given_up = false;
};

// A key that all clients try to insert; at most one may be told that it won.
struct Race {
  std::string key;
  std::string winner;     // value of the acknowledged insert
  bool in_doubt = false;  // some insert ended without a clear answer
  std::vector<std::string> attempts;
};

struct Settings {
  uint32_t clients = 3;
  uint32_t workers_per_client = 3;
  uint32_t slots_per_worker = 6;
  uint32_t value_bytes_max = 6000;
  Duration call_timeout = std::chrono::seconds(20);
};

struct SharedState {
  Settings settings;
  std::vector<std::vector<Slot>> slots;  // by worker, over all clients
  std::vector<ArrayState> arrays;        // by worker
  std::vector<Race> races;
  bool stopping = false;
  bool ready = false;       // pool and container exist
  uint64_t operations = 0;  // with a clear answer
  uint64_t in_doubt = 0;
  uint64_t values_made = 0;
  std::vector<std::string> violations;

  bool verbose = false;  // every operation to standard output
  void note(const std::string& key, const char* what, const std::optional<std::string>& value,
            const std::string& outcome) const {
    if (!verbose) return;
    std::printf("%s: %s %s: %s\n", key.c_str(), what, value.value_or("(absent)").substr(0, 40).c_str(),
                outcome.c_str());
  }
  void violation(std::string text) {
    if (violations.size() < 20) violations.push_back(std::move(text));
  }
  // A value unlike all others.
  std::string new_value(Rng& rng);
};

SharedState make_state(const Settings& settings);

}  // namespace firn::simtest

// A node of a simulated world, as its program sees it: NodeProgram is what a test runs there, NodeContext
// what one life of it is given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/strong.h"
#include "runtime/task.h"
#include "runtime/transport.h"
#include "sim/sim_runtime.h"
#include "sim/sim_transport.h"

namespace firn::sim {

using NodeIndex = Strong<struct NodeIndexTag, uint32_t>;

// What runs on a node from its start. It is destroyed only after stop() has ended: a killed one is kept,
// untouched, in the world's graveyard.
class NodeProgram {
 public:
  virtual ~NodeProgram() = default;
  // Ends all work in an orderly way: afterwards nothing of the program waits for anything.
  virtual Task<void> stop() { co_return; }
};

class NodeContext {
 public:
  explicit NodeContext(std::string name) : name_(std::move(name)), life_(std::make_unique<Life>()) {}

  const std::string& name() const { return name_; }
  // One thread for each target.
  uint32_t thread_count() const { return static_cast<uint32_t>(runtimes_.size()); }
  SimRuntime& runtime(uint32_t thread = 0) { return *runtimes_.at(thread); }
  SimTransport& transport(uint32_t thread = 0) { return *transports_.at(thread); }
  // Which life of the node this is, from 1.
  uint32_t life_number() const { return life_->number; }

 private:
  friend class World;
  const std::string name_;
  std::unique_ptr<Life> life_;
  std::vector<std::unique_ptr<SimRuntime>> runtimes_;
  std::vector<std::unique_ptr<SimTransport>> transports_;
};

// Called at each start of the node; the context outlives the program. Starts coroutines (runtime/gate.h) and
// returns; may do so for all threads of the node. May give nullptr: the test then works with the node's
// context itself.
using StartFunction = std::function<std::unique_ptr<NodeProgram>(NodeContext& context)>;

struct NodeOptions {
  uint32_t thread_count = 1;
  bool may_be_damaged = false;  // WorldOptions::damage happens to its disk
};

}  // namespace firn::sim

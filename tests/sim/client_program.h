// ClientProgram: a simulated client: several workers that change and read their keys and arrays at random,
// and compare what they see with what they know.
#pragma once

#include <memory>

#include "client/array.h"
#include "client/client.h"
#include "client/kv.h"
#include "runtime/gate.h"
#include "shared_state.h"
#include "sim/world.h"

namespace firn::simtest {

constexpr const char* kEngineUri = "sim://engine";
constexpr const char* kPool = "tank";
constexpr const char* kContainer = "home";

// The workload's objects; class SX, so that they are spread over all targets.
ObjectId workload_object(uint32_t index, uint32_t target_count);
ObjectId workload_array(uint32_t index, uint32_t target_count);

class ClientProgram final : public sim::NodeProgram {
 public:
  // `first_worker`: the index of this client's first worker in the shared state.
  ClientProgram(sim::NodeContext& context, SharedState& state, uint32_t first_worker);
  Task<void> stop() override;

 private:
  static Task<void> run(ClientProgram* self);
  static Task<void> work(ClientProgram* self, uint32_t worker);
  static Task<void> change_slot(ClientProgram* self, Slot* slot);
  static Task<void> read_slot(ClientProgram* self, Slot* slot);
  static Task<void> race(ClientProgram* self);
  static Task<void> write_array(ClientProgram* self, ArrayState* array);
  static Task<void> read_array(ClientProgram* self, ArrayState* array);
  client::Kv kv(uint32_t object);
  client::Array array(const ArrayState& state);

  SharedState& state_;
  Runtime& runtime_;
  Rng rng_;
  const uint32_t first_worker_;
  client::Client client_;
  std::shared_ptr<client::Container> container_;
  Gate gate_;
  bool stopping_ = false;
};

// Reads everything once more through a fresh client and reports what does not fit. Run when the world is
// healed.
Task<Result<void>> verify_all(sim::NodeContext* context, SharedState* state);
// Makes pool and container, however long it takes.
Task<void> set_up(sim::NodeContext* context, SharedState* state, uint64_t pool_bytes);

}  // namespace firn::simtest

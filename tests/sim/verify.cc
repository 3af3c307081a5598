// The last look at everything, when the world is healed; see client_program.h.
#include <algorithm>
#include <set>

#include "client_program.h"
#include "model/object_id.h"
#include "runtime/sleep.h"

namespace firn::simtest {

namespace {

Task<Result<void>> verify_slot(client::Container* container, SharedState* state, Slot* slot) {
  const ObjectId object = workload_object(slot->object, container->pool().target_count());
  client::Kv kv(container->open(object));
  FIRN_CO_TRY(auto value, co_await kv.get(slot->key));
  if (!slot->given_up && !slot->model.may_be(value)) {
    state->violation("at the end " + slot->key + " is " + value.value_or("(absent)").substr(0, 40) +
                     ", but was " + slot->model.text().substr(0, 200));
  }
  co_return {};
}

Task<Result<void>> verify_array(client::Container* container, SharedState* state, ArrayState* array) {
  if (array->given_up || array->in_operation) co_return {};
  const ObjectId object = workload_array(array->object, container->pool().target_count());
  client::Array data(container->open(object), 1, 64 * 1024);
  FIRN_CO_TRY(auto size, co_await data.size());
  if (size != array->content.size()) {
    state->violation("at the end array " + std::to_string(array->object) + " has " + std::to_string(size) +
                     " bytes instead of " + std::to_string(array->content.size()));
    co_return {};
  }
  if (size == 0) co_return {};
  std::string bytes(size, '?');
  FIRN_CO_CHECK(co_await data.read(0, size, {{reinterpret_cast<std::byte*>(bytes.data()), bytes.size()}}));
  if (bytes != array->content)
    state->violation("at the end array " + std::to_string(array->object) + " differs");
  co_return {};
}

Task<Result<void>> verify_race(client::Container* container, SharedState* state, Race* race) {
  client::Kv kv(container->open(workload_object(0, container->pool().target_count())));
  FIRN_CO_TRY(auto value, co_await kv.get(race->key));
  if (!race->winner.empty() && value != race->winner) {
    state->violation("the acknowledged insert of " + race->key + " was lost or overwritten");
  }
  if (value && std::ranges::find(race->attempts, *value) == race->attempts.end()) {
    state->violation(race->key + " holds what nobody wrote");
  }
  co_return {};
}

Task<Result<std::set<std::string>>> list_all(client::Kv kv, SharedState* state) {
  std::set<std::string> listed;
  client::ListAnchor anchor;
  while (!anchor.end) {
    FIRN_CO_TRY(auto keys, co_await kv.list(anchor, 7));
    for (std::string& key : keys) {
      if (!listed.insert(key).second) state->violation("a key is listed twice: " + key);
    }
  }
  co_return listed;
}

// Keys that certainly exist are listed once, keys that certainly do not are not listed.
Task<Result<void>> verify_list(client::Container* container, SharedState* state, uint32_t index) {
  client::Kv kv(container->open(workload_object(index, container->pool().target_count())));
  FIRN_CO_TRY(const auto listed, co_await list_all(kv, state));
  for (const auto& slots : state->slots) {
    for (const Slot& slot : slots) {
      if (slot.object != index || slot.given_up || !slot.model.certain()) continue;
      const bool right = slot.model.may_exist() == listed.contains(slot.key);
      if (!right) state->violation("the list of keys is wrong about " + slot.key);
    }
  }
  co_return {};
}

Task<Result<void>> verify_with(client::Client* client, SharedState* state) {
  FIRN_CO_TRY(auto pool, co_await client->connect_pool(kPool));
  FIRN_CO_TRY(auto container, co_await pool->open_container(kContainer));
  for (auto& slots : state->slots) {
    for (Slot& slot : slots) FIRN_CO_CHECK(co_await verify_slot(container.get(), state, &slot));
  }
  for (ArrayState& array : state->arrays)
    FIRN_CO_CHECK(co_await verify_array(container.get(), state, &array));
  for (Race& race : state->races) FIRN_CO_CHECK(co_await verify_race(container.get(), state, &race));
  for (uint32_t index = 0; index < kObjects; index++) {
    FIRN_CO_CHECK(co_await verify_list(container.get(), state, index));
  }
  co_return {};
}

}  // namespace

Task<Result<void>> verify_all(sim::NodeContext* context, SharedState* state) {
  client::Client client(context->runtime(), context->transport(), Address{kEngineUri}, {});
  Result<void> verified = co_await verify_with(&client, state);
  co_await client.close();
  co_return verified;
}

Task<void> set_up(sim::NodeContext* context, SharedState* state, uint64_t pool_bytes) {
  client::Client client(context->runtime(), context->transport(), Address{kEngineUri}, {});
  while (!state->ready) {
    Result<PoolInfo> pool =
        co_await client.create_pool({.label = kPool, .capacity_bytes = pool_bytes, .pg_count = 64});
    if (pool || pool.error().code() == Code::exists) {
      auto container = co_await client.create_container({.pool = kPool, .label = kContainer});
      state->ready = container || container.error().code() == Code::exists;
    }
    if (!state->ready) co_await sleep_for(context->runtime().executor(), std::chrono::milliseconds(200));
  }
  co_await client.close();
}

}  // namespace firn::simtest

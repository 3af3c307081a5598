// Random work of a simulated client; see client_program.h.
#include "client_program.h"

#include <algorithm>

#include "model/object_id.h"
#include "runtime/sleep.h"

namespace firn::simtest {

namespace {

constexpr uint64_t kChunkCells = 64 * 1024;
constexpr uint64_t kArrayBytesMax = 300'000;

// The call ended without saying whether it took effect.
bool in_doubt(Code code) {
  return code == Code::timed_out || code == Code::unreachable || code == Code::canceled || code == Code::io;
}
// The call was refused without effect, for reasons that the faults explain.
bool refused(Code code) { return code == Code::no_space || code == Code::busy; }

client::ClientOptions client_options(const SharedState& state) {
  client::ClientOptions options;
  options.call.timeout = state.settings.call_timeout;
  options.rpc.resend_after = std::chrono::seconds(2);
  return options;
}

}  // namespace

ObjectId workload_object(uint32_t index, uint32_t target_count) {
  return make_object_id({.hi = 7, .lo = index}, ObjectType::kv_hashed, kClassSX, target_count);
}
ObjectId workload_array(uint32_t index, uint32_t target_count) {
  return make_object_id({.hi = 8, .lo = index}, ObjectType::array_byte, kClassSX, target_count);
}

ClientProgram::ClientProgram(sim::NodeContext& context, SharedState& state, uint32_t first_worker)
    : state_(state),
      runtime_(context.runtime()),
      rng_(runtime_.rng().fork()),
      first_worker_(first_worker),
      client_(runtime_, context.transport(), Address{kEngineUri}, client_options(state)),
      gate_(runtime_.executor()) {
  // What the life before left unfinished is not known any more.
  for (uint32_t i = 0; i < state.settings.workers_per_client; i++) {
    for (Slot& slot : state.slots[first_worker + i]) slot.given_up |= slot.in_operation;
    ArrayState& array = state.arrays[first_worker + i];
    array.given_up |= array.in_operation;
  }
  gate_.spawn(run(this));
}

Task<void> ClientProgram::stop() {
  stopping_ = true;
  co_await gate_.close();
  co_await client_.close();
}

Task<void> ClientProgram::run(ClientProgram* self) {
  while (!self->container_) {
    if (self->stopping_) co_return;
    co_await sleep_for(self->runtime_.executor(), std::chrono::milliseconds(100));
    if (!self->state_.ready) continue;
    auto pool = co_await self->client_.connect_pool(kPool);
    if (!pool) continue;
    auto container = co_await (*pool)->open_container(kContainer);
    if (container) self->container_ = *container;
  }
  for (uint32_t i = 0; i < self->state_.settings.workers_per_client; i++) {
    self->gate_.spawn(work(self, self->first_worker_ + i));
  }
}

Task<void> ClientProgram::work(ClientProgram* self, uint32_t worker) {
  auto& slots = self->state_.slots[worker];
  while (!self->stopping_ && !self->state_.stopping) {
    Slot& slot = slots[self->rng_.below(slots.size())];
    const uint64_t kind = self->rng_.below(100);
    if (kind < 45) {
      co_await change_slot(self, &slot);
    } else if (kind < 75) {
      co_await read_slot(self, &slot);
    } else if (kind < 80) {
      co_await race(self);
    } else if (kind < 90) {
      co_await write_array(self, &self->state_.arrays[worker]);
    } else {
      co_await read_array(self, &self->state_.arrays[worker]);
    }
    co_await sleep_for(self->runtime_.executor(), std::chrono::microseconds(self->rng_.below(20'000)));
  }
}

client::Kv ClientProgram::kv(uint32_t object) {
  return client::Kv(container_->open(workload_object(object, container_->pool().target_count())));
}

client::Array ClientProgram::array(const ArrayState& state) {
  const ObjectId object = workload_array(state.object, container_->pool().target_count());
  return client::Array(container_->open(object), 1, kChunkCells);
}

Task<void> ClientProgram::change_slot(ClientProgram* self, Slot* slot) {
  if (slot->given_up) co_return;
  const bool remove = self->rng_.chance(1, 4);
  SlotModel::Value value;
  if (!remove) value = self->state_.new_value(self->rng_);
  Condition condition = Condition::none;
  if (self->rng_.chance(1, 3)) {
    condition = remove                    ? Condition::punch
                : self->rng_.chance(1, 2) ? Condition::dkey_insert
                                          : Condition::dkey_update;
  }
  const bool possible_before = slot->model.may_be(value);
  const bool existed_perhaps = slot->model.may_exist();
  const bool absent_perhaps = slot->model.may_be_absent();
  slot->in_operation = true;
  slot->model.begin_change(value);
  client::Kv kv = self->kv(slot->object);
  Result<void> done = remove ? co_await kv.remove(slot->key, condition)
                             : co_await kv.put(slot->key, as_bytes(*value), condition);
  slot->in_operation = false;
  self->state_.note(slot->key, remove ? "remove" : "put", value, done ? "done" : done.error().message());
  const std::string what = slot->key + " was " + slot->model.text();
  if (done) {
    self->state_.operations++;
    if (condition == Condition::dkey_insert && !absent_perhaps) {
      self->state_.violation("an insert succeeded although the key was there: " + what);
    }
    const bool needs_key = condition == Condition::dkey_update || condition == Condition::punch;
    if (needs_key && !existed_perhaps)
      self->state_.violation("a change needed a key that was not there: " + what);
    slot->model.changed_to(value);
    co_return;
  }
  const Code code = done.error().code();
  if (in_doubt(code)) {
    self->state_.in_doubt++;
    co_return;
  }
  slot->model.not_changed_to(value, possible_before);
  self->state_.operations++;
  if (code == Code::exists && condition == Condition::dkey_insert) {
    if (!existed_perhaps)
      self->state_.violation("an insert was refused although the key was not there: " + what);
  } else if (code == Code::not_found && condition != Condition::none) {
    if (!absent_perhaps) self->state_.violation("a key was not found although it was there: " + what);
  } else if (!refused(code)) {
    self->state_.violation("unexpected error: " + done.error().message());
  }
}

Task<void> ClientProgram::read_slot(ClientProgram* self, Slot* slot) {
  if (slot->given_up) co_return;
  client::Kv kv = self->kv(slot->object);
  auto value = co_await kv.get(slot->key);
  if (!value) {
    if (!in_doubt(value.error().code()) && !refused(value.error().code())) {
      self->state_.violation("unexpected error of a read: " + value.error().message());
    }
    co_return;
  }
  self->state_.operations++;
  self->state_.note(slot->key, "read", *value, "done");
  if (!slot->model.may_be(*value)) {
    self->state_.violation(slot->key + " reads " + value->value_or("(absent)").substr(0, 40) + ", but was " +
                           slot->model.text().substr(0, 200));
  }
}

Task<void> ClientProgram::race(ClientProgram* self) {
  auto& races = self->state_.races;
  Race& race = races[self->rng_.below(races.size())];
  const std::string value = self->state_.new_value(self->rng_);
  race.attempts.push_back(value);
  client::Kv kv = self->kv(0);
  Result<void> done = co_await kv.put(race.key, as_bytes(value), Condition::dkey_insert);
  if (done) {
    if (!race.winner.empty()) self->state_.violation("two clients won the insert of " + race.key);
    race.winner = value;
  } else if (in_doubt(done.error().code())) {
    race.in_doubt = true;
  } else if (done.error().code() != Code::exists && !refused(done.error().code())) {
    self->state_.violation("unexpected error of an insert: " + done.error().message());
  }
}

Task<void> ClientProgram::write_array(ClientProgram* self, ArrayState* state) {
  if (state->given_up) co_return;
  const uint64_t start = self->rng_.below(kArrayBytesMax);
  std::string bytes(self->rng_.between(1, self->rng_.chance(1, 4) ? 100'000 : 3000), '\0');
  for (char& c : bytes) c = static_cast<char>('a' + self->rng_.below(26));
  client::Array array = self->array(*state);
  state->in_operation = true;
  for (;;) {
    // Until it is certain: writing the same bytes again does no harm.
    auto done = co_await array.write(start, bytes.size(), {as_bytes(bytes)});
    if (done) break;
    if (!in_doubt(done.error().code()) && !refused(done.error().code())) {
      self->state_.violation("unexpected error of an array write: " + done.error().message());
    }
    if (self->state_.stopping || self->stopping_) {
      state->given_up = true;
      co_return;
    }
    co_await sleep_for(self->runtime_.executor(), std::chrono::milliseconds(50));
  }
  state->in_operation = false;
  self->state_.operations++;
  if (state->content.size() < start + bytes.size()) state->content.resize(start + bytes.size(), '\0');
  state->content.replace(start, bytes.size(), bytes);
}

Task<void> ClientProgram::read_array(ClientProgram* self, ArrayState* state) {
  if (state->given_up || state->content.empty()) co_return;
  const uint64_t start = self->rng_.below(state->content.size());
  const uint64_t count = self->rng_.between(1, std::min<uint64_t>(state->content.size() - start, 50'000));
  std::string bytes(count, '?');
  client::Array array = self->array(*state);
  auto done = co_await array.read(start, count, {{reinterpret_cast<std::byte*>(bytes.data()), bytes.size()}});
  if (!done) {
    if (!in_doubt(done.error().code()) && !refused(done.error().code())) {
      self->state_.violation("unexpected error of an array read: " + done.error().message());
    }
    co_return;
  }
  self->state_.operations++;
  if (bytes != std::string_view(state->content).substr(start, count)) {
    self->state_.violation("array " + std::to_string(state->object) +
                           " reads other bytes than were written at " + std::to_string(start));
  }
}

}  // namespace firn::simtest

// Making of the shared models; see shared_state.h.
#include "shared_state.h"

namespace firn::simtest {

namespace {
constexpr uint32_t kRaces = 40;
}  // namespace

std::string SharedState::new_value(Rng& rng) {
  std::string value = "value " + std::to_string(++values_made) + " ";
  // Mostly small ones, that live in the index, and some that live in the data area.
  const uint64_t bytes = rng.chance(1, 3) ? rng.below(settings.value_bytes_max) : rng.below(100);
  Rng content(values_made);
  while (value.size() < bytes) value += static_cast<char>('a' + content.below(26));
  return value;
}

SharedState make_state(const Settings& settings) {
  SharedState state;
  state.settings = settings;
  const uint32_t workers = settings.clients * settings.workers_per_client;
  for (uint32_t worker = 0; worker < workers; worker++) {
    auto& slots = state.slots.emplace_back();
    for (uint32_t i = 0; i < settings.slots_per_worker; i++) {
      slots.push_back({.object = (worker + i) % kObjects,
                       .key = "worker " + std::to_string(worker) + " key " + std::to_string(i)});
    }
    state.arrays.push_back({.object = 100 + worker});
  }
  for (uint32_t i = 0; i < kRaces; i++) state.races.push_back({.key = "race " + std::to_string(i)});
  return state;
}

}  // namespace firn::simtest

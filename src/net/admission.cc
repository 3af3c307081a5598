// Who comes in; see admission.h.
#include "net/admission.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace firn::net {

bool Admission::ask(Channel& channel, uint64_t payload_bytes) {
  if (channel.round != round_) {
    channel.round = round_;
    channel.turns = 0;
    askers_++;
  }
  if (calls_ >= limits_.calls_max || channel.calls >= limits_.calls_per_channel_max) return false;
  return !beyond_its_share(channel) && !had_its_turn(channel) && ask_payload(channel, payload_bytes);
}

bool Admission::beyond_its_share(const Channel& channel) const {
  return calls_ >= limits_.calls_max / 2 && channel.calls > 0 && channel.calls >= credits();
}

bool Admission::ask_payload(const Channel& channel, uint64_t bytes) const {
  // What is larger than the whole bound comes in when it is alone.
  if (bytes == 0 || payload_bytes_ == 0) return true;
  if (payload_bytes_ + bytes > limits_.payload_bytes_max) return false;
  const uint64_t share = limits_.payload_bytes_max / std::max(busy_channels_, 1U);
  return channel.payload_bytes == 0 || payload_bytes_ < limits_.payload_bytes_max / 2 ||
         channel.payload_bytes + bytes <= share;
}

bool Admission::had_its_turn(const Channel& channel) const {
  return calls_ >= limits_.calls_max - limits_.calls_max / 4 && channel.turns >= credits();
}

void Admission::enter(Channel& channel, uint64_t payload_bytes) {
  if (channel.calls++ == 0) busy_channels_++;
  channel.payload_bytes += payload_bytes;
  calls_++;
  payload_bytes_ += payload_bytes;
  if (channel.turns++ == 0) channels_served_++;
  calls_in_round_++;
  // Askers of the round before may not come again: a round does not wait for them for ever.
  const uint64_t askers = std::max(askers_, askers_before_);
  if (channels_served_ < askers && calls_in_round_ < kRoundCallsPerAsker * askers) return;
  round_++;
  channels_served_ = 0;
  calls_in_round_ = 0;
  askers_before_ = std::exchange(askers_, 0);
}

void Admission::add_payload(Channel& channel, uint64_t bytes) {
  channel.payload_bytes += bytes;
  payload_bytes_ += bytes;
}

void Admission::take_payload(Channel& channel, uint64_t bytes) {
  channel.payload_bytes -= bytes;
  payload_bytes_ -= bytes;
}

void Admission::leave(Channel& channel, uint64_t payload_bytes) {
  FIRN_ASSERT(channel.calls > 0);
  if (--channel.calls == 0) busy_channels_--;
  calls_--;
  take_payload(channel, payload_bytes);
}

uint16_t Admission::credits() const {
  const uint32_t share = limits_.calls_max / std::max(busy_channels_, 1U);
  const uint32_t most = std::min<uint32_t>(limits_.calls_per_channel_max, UINT16_MAX);
  return static_cast<uint16_t>(std::clamp(share, 1U, std::max(most, 1U)));
}

Duration Admission::retry_after(Duration at_least) const {
  return at_least * (1 + std::max(askers_, askers_before_) / std::max(limits_.calls_max, 1U));
}

}  // namespace firn::net

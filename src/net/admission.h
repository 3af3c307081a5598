// Admission: which calls a server takes, so that its memory is bounded and all its channels get a fair share.
// A pure state machine.
//
// Room is calls and bytes of payload. As long as less than half of it is taken whoever comes gets in; of the
// rest a channel gets no more than its share: all room divided by the channels with calls in progress.
// Clients are told it (credits) with each answer and keep to it, so that normally nothing is refused. Where
// there are more channels than room for calls, the last quarter goes by turns: in each round a channel that
// was let in has to leave it to those that were not.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace firn::net {

class Admission {
 public:
  struct Limits {
    uint32_t calls_per_channel_max = 0;
    uint32_t calls_max = 0;
    uint64_t payload_bytes_max = 0;
  };
  // What it knows of one channel.
  struct Channel {
    uint32_t calls = 0;  // in progress
    uint64_t payload_bytes = 0;
    uint64_t round = 0;  // the last in which it asked
    uint32_t turns = 0;  // let in during that one
  };

  explicit Admission(Limits limits) : limits_(limits) {}

  // Whether a call with that payload comes in now; enter() follows if so.
  bool ask(Channel& channel, uint64_t payload_bytes);
  void enter(Channel& channel, uint64_t payload_bytes);
  // Whether there is room for more payload of a call that is in progress; add_payload() follows if so.
  bool ask_payload(const Channel& channel, uint64_t bytes) const;
  // Whether or not there is room for it.
  void add_payload(Channel& channel, uint64_t bytes);
  void take_payload(Channel& channel, uint64_t bytes);
  // The call and all its payload.
  void leave(Channel& channel, uint64_t payload_bytes);

  // How many calls each channel that has some in progress may have: at least 1.
  uint16_t credits() const;
  // When who was refused should come back, `at_least` and as many times that as rounds of turns it may take.
  Duration retry_after(Duration at_least) const;
  uint32_t calls() const { return calls_; }
  uint64_t payload_bytes() const { return payload_bytes_; }

 private:
  bool beyond_its_share(const Channel& channel) const;
  bool had_its_turn(const Channel& channel) const;

  static constexpr uint64_t kRoundCallsPerAsker = 8;

  const Limits limits_;
  uint32_t calls_ = 0;
  uint64_t payload_bytes_ = 0;
  uint32_t busy_channels_ = 0;  // those with calls in progress
  uint64_t round_ = 1;
  uint32_t channels_served_ = 0;  // in this round: those that were let in
  uint64_t calls_in_round_ = 0;
  uint32_t askers_ = 0;         // channels that asked in this round
  uint32_t askers_before_ = 0;  // in the one before
};

}  // namespace firn::net

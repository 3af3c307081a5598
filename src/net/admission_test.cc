// Admission alone: bounds, shares, turns.
#include "net/admission.h"

#include <vector>

#include <gtest/gtest.h>

namespace firn::net {
namespace {

using Channel = Admission::Channel;

bool take(Admission& admission, Channel& channel, uint64_t payload_bytes = 0) {
  if (!admission.ask(channel, payload_bytes)) return false;
  admission.enter(channel, payload_bytes);
  return true;
}

uint32_t take_all(Admission& admission, Channel& channel) {
  uint32_t taken = 0;
  while (take(admission, channel)) taken++;
  return taken;
}

TEST(AdmissionTest, one_channel_alone_gets_what_a_channel_may_have) {
  Admission admission({.calls_per_channel_max = 8, .calls_max = 100, .payload_bytes_max = 1000});
  Channel channel;
  EXPECT_EQ(admission.credits(), 8);
  EXPECT_EQ(take_all(admission, channel), 8U);
  admission.leave(channel, 0);
  EXPECT_TRUE(take(admission, channel));
}

TEST(AdmissionTest, calls_in_all_are_bounded) {
  Admission admission({.calls_per_channel_max = 8, .calls_max = 20, .payload_bytes_max = 1000});
  std::vector<Channel> channels(50);
  for (Channel& channel : channels) take_all(admission, channel);
  EXPECT_EQ(admission.calls(), 20U);
}

TEST(AdmissionTest, half_of_the_room_is_left_to_those_below_their_share) {
  Admission admission({.calls_per_channel_max = 100, .calls_max = 100, .payload_bytes_max = 1000});
  Channel greedy;
  Channel late;
  EXPECT_TRUE(take(admission, late));
  EXPECT_EQ(admission.credits(), 100);
  for (int i = 0; i < 60; i++) take(admission, greedy);
  EXPECT_EQ(greedy.calls, 50U);  // its share, two channels being there
  EXPECT_EQ(admission.credits(), 50);
  EXPECT_TRUE(take(admission, late));
}

TEST(AdmissionTest, credits_are_never_less_than_one) {
  Admission admission({.calls_per_channel_max = 8, .calls_max = 4, .payload_bytes_max = 1000});
  std::vector<Channel> channels(4);
  for (Channel& channel : channels) EXPECT_TRUE(take(admission, channel));
  Channel fifth;
  EXPECT_FALSE(take(admission, fifth));
  EXPECT_EQ(admission.credits(), 1);
}

TEST(AdmissionTest, payload_is_bounded_but_a_large_one_alone_comes_in) {
  Admission admission({.calls_per_channel_max = 8, .calls_max = 20, .payload_bytes_max = 1000});
  Channel first;
  Channel second;
  EXPECT_TRUE(take(admission, first, 5000));
  EXPECT_FALSE(take(admission, second, 1));
  EXPECT_TRUE(take(admission, second, 0));
  admission.leave(first, 5000);
  EXPECT_TRUE(take(admission, second, 900));
  EXPECT_FALSE(take(admission, first, 101));
  EXPECT_TRUE(take(admission, first, 100));
  admission.add_payload(first, 50);
  EXPECT_EQ(admission.payload_bytes(), 1050U);
  admission.leave(first, 150);
  EXPECT_EQ(admission.payload_bytes(), 900U);
}

TEST(AdmissionTest, payload_of_replies_counts_and_is_shared) {
  Admission admission({.calls_per_channel_max = 8, .calls_max = 20, .payload_bytes_max = 1000});
  Channel slow;
  Channel other;
  EXPECT_TRUE(take(admission, other));
  for (int i = 0; i < 8; i++) {
    take(admission, slow);
    if (admission.ask_payload(slow, 300)) admission.add_payload(slow, 300);
  }
  EXPECT_EQ(slow.payload_bytes, 600U);  // half of the room, and the one that went over it
  EXPECT_TRUE(admission.ask_payload(other, 300));
  EXPECT_FALSE(admission.ask_payload(other, 500));
  admission.take_payload(slow, 300);
  EXPECT_TRUE(admission.ask_payload(slow, 300));
}

TEST(AdmissionTest, more_channels_than_room_come_in_by_turns) {
  Admission admission({.calls_per_channel_max = 8, .calls_max = 8, .payload_bytes_max = 1000});
  std::vector<Channel> channels(24);
  std::vector<int> served(channels.size());
  // The first channels ask most often and first.
  for (int round = 0; round < 300; round++) {
    std::vector<size_t> inside;
    for (size_t i = 0; i < channels.size(); i++) {
      if (take(admission, channels[i])) inside.push_back(i);
    }
    for (const size_t i : inside) {
      served[i]++;
      admission.leave(channels[i], 0);
    }
  }
  for (size_t i = 0; i < channels.size(); i++) EXPECT_GT(served[i], 0) << "channel " << i;
}

TEST(AdmissionTest, who_is_refused_comes_back_later_the_more_there_are) {
  Admission admission({.calls_per_channel_max = 8, .calls_max = 8, .payload_bytes_max = 1000});
  const Duration base = std::chrono::milliseconds(20);
  EXPECT_EQ(admission.retry_after(base), base);
  std::vector<Channel> channels(24);
  for (Channel& channel : channels) take(admission, channel);
  EXPECT_GT(admission.retry_after(base), base);
}

}  // namespace
}  // namespace firn::net

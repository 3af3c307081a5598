// ClientConnection: a channel of an RpcClient, from connect to close, and which attempts wait for answers on
// it. Replies find their attempt by call number; what nobody waits for (any more) is skipped.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/channel_life.h"
#include "net/client_attempt.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace firn::net {

class ClientConnection final : public ChannelReceiver, private Timer {
 public:
  // Closes the channel when no attempt has begun for `idle_max` and none is in progress.
  ClientConnection(Runtime& runtime, Duration idle_max);
  ~ClientConnection() override;

  // Once, when the transport has connected. The channel may be closed already by then.
  void opened(std::unique_ptr<Channel> channel);
  // `closed` follows in a later turn. May be called again.
  void close();
  ChannelLife& life() { return life_; }
  bool usable() const { return channel_ != nullptr && !closing_ && !life_.closed(); }
  Channel& channel() { return *channel_; }
  std::string peer() const { return channel_ == nullptr ? std::string() : channel_->peer(); }
  // Held by a call for each attempt. usable() must be true.
  ChannelLife::Use use() { return life_.use(); }
  // Frames received so far: a sign of life.
  uint64_t frames_heard() const { return frames_heard_; }
  // How many calls the server lets us have in progress; no bound before it has said so.
  uint32_t credits() const { return credits_; }

  void add(ClientAttempt& attempt);
  // No effect on one that is not there.
  void remove(const ClientAttempt& attempt);
  // At the latest then attempts are told that their time has come: one timer for all, not armed anew by each.
  void look_at(MonotonicTime at);

  std::vector<MutableBytes> place(Channel& channel, ByteView head, size_t payload_bytes) override;
  void arrived(Channel& channel, ByteView head, size_t payload_bytes) override;
  void closed(Channel& channel, Error reason) override;

 private:
  void fire() override;
  std::vector<ClientAttempt*>::iterator place_of(CallNumber number);
  ClientAttempt* attempt_of(CallNumber number);
  void reject(Channel& channel, Error reason);

  Runtime& runtime_;
  const Duration idle_max_;
  std::unique_ptr<Channel> channel_;
  ChannelLife life_;
  std::vector<ClientAttempt*> attempts_;  // by call number: in the order in which they came
  bool closing_ = false;
  std::optional<Error> reject_reason_;  // says more than the transport's "closed"
  uint64_t frames_heard_ = 0;
  uint32_t credits_ = UINT32_MAX;
  MonotonicTime last_used_{};
  MonotonicTime next_look_{};  // if armed
};

}  // namespace firn::net

// How a fabric channel ends; see fabric_channel.h. Both sides stop reading, say so over the lifeline, and
// then release what the other may have been reading. If one does not, the endpoint is ended.
#include "base/assert.h"
#include "net/fabric_channel.h"
#include "runtime/sleep.h"

namespace firn::net {

void FabricChannel::begin_close(Error reason) {
  if (close_reason_) return;
  close_reason_.emplace(std::move(reason));
  executor_.disarm(*this);
  changed_.set();
  if (receiver_ != nullptr) gate_.spawn(finish_close(this));
}

// The lifeline from its first to its last byte.
Task<void> FabricChannel::watch_lifeline(FabricChannel* channel, std::string hello) {
  Result<void> said;
  if (!hello.empty()) said = co_await send_hello(channel->lifeline_.get(), std::move(hello));
  channel->said_hello_ = true;
  channel->changed_.set();
  std::byte byte{};
  while (said) {
    const auto received = co_await channel->lifeline_->receive({&byte, 1});
    if (!received || *received == 0) break;
    if (byte == kFabricBye) channel->peer_ended_ = true;
    channel->begin_close(byte == kFabricBye ? fail(Code::unreachable, "closed by the peer")
                                            : fail(Code::corrupt, "the peer broke the fabric's protocol"));
    channel->changed_.set();
  }
  channel->lifeline_ended_ = true;
  channel->begin_close(fail(Code::unreachable, "the peer has gone"));
  channel->changed_.set();
}

Task<void> FabricChannel::finish_close(FabricChannel* channel) {
  co_await yield(channel->executor_);
  channel->executor_.arm(*channel, channel->executor_.now() + channel->limits_.fence_after);
  co_await channel->part_in_order();
  channel->executor_.disarm(*channel);
  channel->lifeline_->shutdown();
  while (!channel->lifeline_ended_ || channel->sends_ > 0) co_await channel->something_changes();
  channel->leave_endpoint();
  channel->closed_ = true;
  channel->receiver_->closed(*channel, channel->closed_error());
}

Task<void> FabricChannel::part_in_order() {
  reading_.stop();
  while (reading_.active() || !said_hello_) co_await something_changes();
  held_.clear();
  if (!lifeline_ended_) {
    const ByteView bye(&kFabricBye, 1);
    (void)co_await lifeline_->send_all({&bye, 1});  // who is not there any more needs none
  }
  while (!exposures_.empty() && !peer_ended_ && endpoint_ != nullptr) co_await something_changes();
  release_exposures();
}

Task<void> FabricChannel::something_changes() {
  changed_.reset();
  co_await changed_.wait();
}

void FabricChannel::release_exposures() {
  for (auto& [offer, exposure] : std::exchange(exposures_, {})) exposure->released.set();
}

// A frame cannot be read; or, of a channel that is closed: the peer did not say that it reads no more, or
// reads of ours do not end.
void FabricChannel::fire() {
  if (!close_reason_) return begin_close(fail(Code::unreachable, "the peer's data cannot be read in time"));
  if (endpoint_ == nullptr) return;
  runtime_.log().warning("fabric endpoint replaced: a peer does not let go of memory: peer=" + peer_name_);
  endpoint_->lose(
      fail(Code::unreachable, "the fabric endpoint was replaced").on("because of peer", peer_name_));
}

void FabricChannel::lost(const Error& reason) {
  to_post_.clear();
  messages_under_way_ = 0;
  reading_.stop();
  endpoint_ = nullptr;
  peer_.reset();
  begin_close(reason.clone());
  changed_.set();
}

void FabricChannel::leave_endpoint() {
  if (endpoint_ == nullptr) return;
  drop_messages();
  endpoint_->detach(contact_.channel);
  endpoint_ = nullptr;
  peer_.reset();
}

Error FabricChannel::closed_error() const {
  return close_reason_ ? close_reason_->clone().on("peer", peer_name_)
                       : fail(Code::unreachable, "the fabric endpoint has ended");
}

}  // namespace firn::net

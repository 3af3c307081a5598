// One end of a channel through shared memory; see shm_channel.h.
#include "net/shm_channel.h"

#include <array>

#include "runtime/sleep.h"

namespace firn::net {

ShmChannel::ShmChannel(PollingExecutor& loop, Parts parts, std::move_only_function<void()> ended)
    : loop_(loop),
      socket_(std::move(parts.socket)),
      memory_(std::move(parts.memory)),
      view_(memory_.bytes(), parts.side),
      peer_(std::move(parts.peer)),
      ended_(std::move(ended)),
      reader_(ShmRingReader(view_.in_ring, view_.in)),
      writer_(view_.out_ring, view_.out),
      gate_(loop) {}

ShmChannel::~ShmChannel() {
  FIRN_ASSERT(closing_);
  FIRN_ASSERT(queue_.empty());
  ended_();
}

void ShmChannel::start(ChannelReceiver& receiver) {
  receiver_ = &receiver;
  if (!closing_) loop_.add_poller(*this);
  gate_.spawn(live(this));
}

// Until the peer hangs up or this end closes; then `closed`, in a turn of its own.
Task<void> ShmChannel::live(ShmChannel* channel) {
  std::array<std::byte, 64> bells;
  auto received = co_await channel->socket_->receive(bells);
  while (received && *received > 0) received = co_await channel->socket_->receive(bells);
  // What the peer said before it hung up: perhaps why.
  if (!channel->closing_) channel->read_frames();
  if (!channel->closing_) {
    channel->give_up(received ? fail(Code::unreachable, "the peer closed the channel")
                              : std::move(received).error());
  }
  co_await yield(channel->loop_);
  Error reason = channel->reason_ ? channel->reason_->clone() : channel->closed_error();
  channel->receiver_->closed(*channel, std::move(reason).on("peer", channel->peer_));
}

Error ShmChannel::closed_error() const { return fail(Code::unreachable, "the channel is closed"); }

void ShmChannel::give_up(Error reason) {
  if (!closing_) reason_.emplace(std::move(reason));
  close();
}

void ShmChannel::close() {
  if (std::exchange(closing_, true)) return;
  loop_.remove_poller(*this);
  while (ShmOutgoing* const frame = queue_.pop_front()) frame->finish(closed_error());
  socket_->shutdown();
}

Task<Result<void>> ShmChannel::send(ByteView head, std::span<const ByteView> payload) {
  if (closing_) co_return closed_error();
  if (head.size() > kFrameHeadBytesMax || total_bytes(payload) > kFramePayloadBytesMax) {
    co_return fail(Code::too_big, "the message is larger than a frame may be");
  }
  ShmOutgoing mine(loop_, head, payload);
  queue_.push_back(mine);
  write_frames();
  if (!mine.ended()) co_await mine.wait();
  co_return mine.take_result();
}

void ShmChannel::poll() {
  if (reader_.ready()) read_frames();
  if (!queue_.empty()) write_frames();
}

bool ShmChannel::ready() const {
  return reader_.ready() || (!queue_.empty() && (writer_.room() > 0 || writer_.broken()));
}

void ShmChannel::sleeping(bool asleep) {
  const uint64_t wishes = kShmAsleep | (queue_.empty() ? 0 : kShmWantsRoom);
  view_.own_bell.store(asleep ? wishes : 0);
}

void ShmChannel::read_frames() {
  for (int step = 0; step < kReadStepsMax && !closing_; step++) {
    auto progress = reader_.read(*this, *receiver_);
    if (!progress) return give_up(std::move(progress).error());
    if (!*progress) break;
    wake_peer(kShmWantsRoom);
  }
  reader_.publish();
  wake_peer(kShmWantsRoom);
}

void ShmChannel::write_frames() {
  for (int step = 0; step < kWriteStepsMax; step++) {
    ShmOutgoing* const frame = queue_.front();
    if (frame == nullptr) return;
    if (writer_.broken()) {
      return give_up(shm_nonsense());
    }
    if (writer_.room() == 0) return;
    const bool complete = frame->advance(writer_);
    writer_.publish();
    wake_peer(kShmAsleep);
    if (!complete) continue;
    frame->unlink();
    frame->finish({});
  }
}

// When the byte finds no room in the socket, enough of them are on their way; when the peer is gone, the
// receive in live() says so.
void ShmChannel::wake_peer(uint64_t wish) {
  if ((view_.peer_bell.load() & wish) == 0 || view_.peer_bell.exchange(0) == 0) return;
  constexpr std::byte kBell{1};
  (void)socket_->send_now({&kBell, 1});
}

}  // namespace firn::net

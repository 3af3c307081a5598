// Channels inside one process; see inproc_transport.h and inproc_link.h.
#include "net/inproc_transport.h"

#include "net/inproc_link.h"
#include "runtime/sleep.h"

namespace firn::net {

namespace {

// A frame on its way. Its sender is told when it is destroyed, wherever that happens: copied or not.
class FrameUnderWay {
 public:
  FrameUnderWay(std::shared_ptr<InprocLink> link, InprocSide to, ByteView head,
                std::span<const ByteView> payload)
      : link_(std::move(link)), to_(to), head_(as_text(head)), payload_(payload) {}
  FrameUnderWay(FrameUnderWay&& other) noexcept
      : link_(std::move(other.link_)),
        to_(other.to_),
        head_(std::move(other.head_)),
        payload_(other.payload_),
        sender_(std::exchange(other.sender_, nullptr)),
        placed_(other.placed_) {}
  FrameUnderWay& operator=(FrameUnderWay&&) = delete;
  ~FrameUnderWay() { release_sender(); }

  // `sender` lives until it is set.
  void tell(OneShot<bool>& sender) { sender_ = &sender; }
  // In the receiver's thread.
  void deliver() {
    InprocChannel* const channel = link_->channel(to_);
    placed_ = channel != nullptr && channel->place(as_bytes(head_), payload_);
    const size_t payload_bytes = total_bytes(payload_);
    payload_ = {};
    release_sender();
    if (placed_) channel->arrived(as_bytes(head_), payload_bytes);
  }

 private:
  void release_sender() {
    if (sender_ == nullptr) return;
    link_->submit_to(other(to_),
                     [sender = std::exchange(sender_, nullptr), placed = placed_] { sender->set(placed); });
  }

  std::shared_ptr<InprocLink> link_;  // as in InprocLink
  InprocSide to_;
  std::string head_;
  std::span<const ByteView> payload_;
  OneShot<bool>* sender_ = nullptr;
  bool placed_ = false;
};

// Copies the source's parts, one after the other, into the target's.
void copy_parts(std::span<const MutableBytes> targets, std::span<const ByteView> sources) {
  MutableBytes target;
  size_t next = 0;
  for (ByteView source : sources) {
    while (!source.empty()) {
      while (target.empty()) target = targets[next++];
      const size_t length = std::min(source.size(), target.size());
      copy_bytes(target.first(length), source.first(length));
      source = source.subspan(length);
      target = target.subspan(length);
    }
  }
}

Error channel_closed(const std::string& peer) {
  return fail(Code::unreachable, "the channel is closed").on("peer", peer);
}

}  // namespace

// --- the hub

bool InprocHub::listen(Address at, Executor& executor, ChannelAcceptor& acceptor) {
  const std::lock_guard lock(mutex_);
  return services_.emplace(std::move(at), Service{&executor, &acceptor}).second;
}

void InprocHub::unlisten(const Address& at) {
  const std::lock_guard lock(mutex_);
  services_.erase(at);
}

InprocHub::Service InprocHub::find(const Address& at) {
  const std::lock_guard lock(mutex_);
  const auto found = services_.find(at);
  return found == services_.end() ? Service() : found->second;
}

// Looked up once more in the service's thread: it may have left the hub by then, and perhaps is no more.
bool InprocHub::call(std::shared_ptr<InprocLink> link, const Address& to) {
  const std::lock_guard lock(mutex_);
  const auto found = services_.find(to);
  if (found == services_.end()) return false;
  found->second.executor->submit([this, link = std::move(link)] { link->accept(find(link->address())); });
  return true;
}

// --- connecting

Task<Result<std::unique_ptr<Channel>>> InprocTransport::connect(Address to, ChannelReceiver& receiver,
                                                                Duration timeout) {
  if (!to.uri.starts_with("inproc://"))
    co_return fail(Code::invalid, "not an address in this process").on("address", to.uri);
  auto link = std::make_shared<InprocLink>(to, executor_);
  InprocLink::Connecting connecting(executor_, receiver, executor_.now() + timeout);
  link->set_connecting(&connecting);
  if (!hub_.call(link, to)) {
    co_return fail(Code::unreachable, "no such service in this process")
        .on("address", to.uri)
        .on("target", uint64_t{to.target});
  }
  co_await connecting.wait;
  link->set_connecting(nullptr);
  if (connecting.channel) co_return std::move(connecting.channel);
  link->set_executor(InprocSide::client, nullptr);
  link->tell_closed(InprocSide::server);
  co_return fail(Code::unreachable, "the service does not accept the connection").on("address", to.uri);
}

// If the client gives up meanwhile: it first takes its executor out of the link, then tells the server's.
// Either we see the one, or the other comes after us.
void InprocLink::accept(InprocHub::Service service) {
  if (service.acceptor == nullptr) {
    return submit_to(InprocSide::client, [link = shared_from_this()] { link->connect_ended(false); });
  }
  set_executor(InprocSide::server, service.executor);
  if (executor(InprocSide::client) == nullptr) return;
  auto channel = std::make_unique<InprocChannel>(shared_from_this(), InprocSide::server, *service.executor);
  InprocChannel& accepted = *channel;
  // First, so that it is there before the first frame.
  submit_to(InprocSide::client, [link = shared_from_this()] { link->connect_ended(true); });
  accepted.start(service.acceptor->accepted(std::move(channel)));
}

void InprocLink::connect_ended(bool accepted) {
  if (connecting_ == nullptr) return;
  if (accepted) {
    connecting_->channel = std::make_unique<InprocChannel>(shared_from_this(), InprocSide::client,
                                                           *executor(InprocSide::client));
    connecting_->channel->start(connecting_->receiver);
  }
  connecting_->wait.wake();
}

// --- the link

void InprocLink::set_executor(InprocSide side, Executor* executor) {
  const std::lock_guard lock(end(side).mutex);
  end(side).executor = executor;
}

Executor* InprocLink::executor(InprocSide side) {
  const std::lock_guard lock(end(side).mutex);
  return end(side).executor;
}

void InprocLink::submit_to(InprocSide side, std::move_only_function<void()> work) {
  const std::lock_guard lock(end(side).mutex);
  if (end(side).executor != nullptr) end(side).executor->submit(std::move(work));
}

void InprocLink::tell_closed(InprocSide side) {
  submit_to(side, [link = shared_from_this(), side] {
    if (InprocChannel* const channel = link->channel(side)) channel->peer_closed();
  });
}

// --- the channel

InprocChannel::InprocChannel(std::shared_ptr<InprocLink> link, InprocSide side, Executor& executor)
    : link_(std::move(link)), side_(side), executor_(executor), sends_back_(executor), gate_(executor) {
  link_->set_channel(side_, this);
}

InprocChannel::~InprocChannel() {
  FIRN_ASSERT(closing_);
  FIRN_ASSERT(sends_ == 0);
  link_->set_channel(side_, nullptr);
  link_->set_executor(side_, nullptr);
}

std::string InprocChannel::peer() const {
  return side_ == InprocSide::client ? link_->address().uri : "a client in this process";
}

Task<Result<void>> InprocChannel::send(ByteView head, std::span<const ByteView> payload) {
  if (closing_) co_return channel_closed(peer());
  FrameUnderWay frame(link_, other(side_), head, payload);
  OneShot<bool> back(executor_);
  const bool waits = total_bytes(payload) > 0;
  if (waits) frame.tell(back);
  link_->submit_to(other(side_), [frame = std::move(frame)]() mutable { frame.deliver(); });
  if (!waits) co_return Result<void>();
  sends_++;
  const bool placed = co_await back.wait();
  if (--sends_ == 0) sends_back_.set();
  if (!placed) co_return channel_closed(peer());
  co_return Result<void>();
}

bool InprocChannel::place(ByteView head, std::span<const ByteView> payload) {
  if (closing_) return false;
  const size_t payload_bytes = total_bytes(payload);
  if (payload_bytes == 0) return true;
  const auto targets = receiver_->place(*this, head, payload_bytes);
  FIRN_ASSERT(targets.empty() || total_bytes(targets) == payload_bytes);
  if (!targets.empty()) copy_parts(targets, payload);
  return true;
}

void InprocChannel::arrived(ByteView head, size_t payload_bytes) {
  receiver_->arrived(*this, head, payload_bytes);
}

void InprocChannel::close() {
  if (closing_) return;
  begin_close("closed by this side");
  link_->tell_closed(other(side_));
}

void InprocChannel::begin_close(const char* reason) {
  if (closing_) return;
  closing_ = true;
  gate_.spawn(finish_close(this, reason));
}

Task<void> InprocChannel::finish_close(InprocChannel* channel, const char* reason) {
  co_await yield(channel->executor_);
  while (channel->sends_ > 0) {
    channel->sends_back_.reset();
    co_await channel->sends_back_.wait();
  }
  channel->receiver_->closed(*channel, fail(Code::unreachable, reason).on("peer", channel->peer()));
}

}  // namespace firn::net

// A channel of the simulated network; see sim_link.h.
#include "sim/sim_link.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "sim/sim_network.h"

namespace firn::sim {

namespace {

using State = LinkEnd::State;

constexpr DurationRange kSendPause{0ns, 2us};
constexpr Duration kBlockedRetry = 500ms;
constexpr size_t kSentNowMax = 4096;

size_t bytes_of(const SimFrame& frame) { return frame.head.size() + frame.payload.size(); }

std::string_view text_of(const std::vector<std::byte>& bytes) { return as_text(ByteView(bytes)); }

std::vector<std::byte> gather(std::span<const ByteView> parts) {
  std::vector<std::byte> bytes;
  bytes.reserve(total_bytes(parts));
  for (const ByteView part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

// Copies as much of the source as both have, piece by piece.
void scatter(std::span<const MutableBytes> targets, ByteView source) {
  for (const MutableBytes target : targets) {
    const size_t length = std::min(target.size(), source.size());
    copy_bytes(target.first(length), source.first(length));
    source = source.subspan(length);
  }
}

}  // namespace

std::string SimLink::uri_of_peer(Side side) {
  return std::string(kUriPrefix) + network_.name(end(other(side)).node);
}

bool SimLink::over() {
  const State server = end(Side::server).state;
  return end(Side::client).state == State::closed && (server == State::closed || server == State::connecting);
}

// --- connecting

void SimLink::Connected::await_suspend(std::coroutine_handle<> awaiting) {
  link.connecting_ = awaiting;
  EventLoop& loop = link.network_.loop();
  loop.schedule(loop.now() + timeout, link.end(Side::client).owner, EventKind::channel,
                [self = link.shared_from_this()] { self->connect_ends("nobody answers"); });
}

void SimLink::connect_ends(const char* refusal) {
  if (!connecting_) return;
  LinkEnd& client = end(Side::client);
  EventLoop& loop = network_.loop();
  refusal_ = refusal;
  client.state = refusal == nullptr ? State::open : State::closed;
  if (refusal == nullptr) {  // frames may have come before; they are received after connect() has returned
    loop.schedule(loop.now(), client.owner, EventKind::deliver,
                  [self = shared_from_this()] { self->receive_next(Side::client); });
  } else if (end(Side::server).state == State::open) {
    tell_gone(Side::server, network_.after_latency(), loop.now() + network_.options().keepalive);
  }
  std::exchange(connecting_, {}).resume();
}

// --- sending

// Waits until a frame in flight has made room.
struct SimLink::Room {
  LinkEnd& end;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) const { end.waiting_for_room.push_back(awaiting); }
  void await_resume() const {}
};

// The time until the network has read the sender's buffers.
struct SimLink::Pause {
  SimNetwork& network;
  EventOwner owner;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) const {
    const MonotonicTime at = network.loop().now() + kSendPause.draw(network.rng());
    network.loop().resume_at(at, owner, EventKind::channel, awaiting);
  }
  void await_resume() const {}
};

bool SimLink::full(const LinkEnd& end) const {
  const NetworkOptions& options = network_.options();
  return end.frames_in_flight >= options.frames_in_flight_max ||
         end.bytes_in_flight >= options.bytes_in_flight_max;
}

Task<Result<void>> SimLink::send(std::shared_ptr<SimLink> link, Side from, ByteView head,
                                 std::span<const ByteView> payload) {
  const size_t payload_bytes = total_bytes(payload);
  FIRN_ASSERT(head.size() <= kFrameHeadBytesMax);
  FIRN_ASSERT(payload_bytes <= kFramePayloadBytesMax);
  LinkEnd& end = link->end(from);
  FIRN_ASSERT(link->network_.loop().may_act_for(end.owner));
  while (end.state == State::open && link->full(end)) co_await Room{end};
  if (end.state == State::open) {
    end.frames_in_flight++;
    end.bytes_in_flight += head.size() + payload_bytes;
    co_await Pause{link->network_, end.owner};
  }
  if (end.state != State::open) {
    co_return fail(Code::unreachable, "the channel is closed").on("peer", link->uri_of_peer(from));
  }
  link->transmit(from, frame_to(other(from), head, payload));
  co_return {};
}

// Sometimes, so that both ways are taken.
bool SimLink::send_now(Side from, ByteView head, std::span<const ByteView> payload) {
  LinkEnd& sender = end(from);
  const size_t bytes = head.size() + total_bytes(payload);
  if (sender.state != LinkEnd::State::open || full(sender) || bytes > kSentNowMax) return false;
  if (network_.rng().chance(1, 2)) return false;
  sender.frames_in_flight++;
  sender.bytes_in_flight += bytes;
  transmit(from, frame_to(other(from), head, payload));
  return true;
}

std::unique_ptr<SimFrame> SimLink::frame_to(Side to, ByteView head, std::span<const ByteView> payload) {
  auto frame = std::make_unique<SimFrame>();
  frame->to = to;
  frame->head.assign(head.begin(), head.end());
  frame->payload = gather(payload);
  return frame;
}

void SimLink::transmit(Side from, std::unique_ptr<SimFrame> frame) {
  LinkEnd& sender = end(from);
  LinkEnd& receiver = end(other(from));
  const NetworkOptions& options = network_.options();
  Rng& rng = network_.rng();
  network_.loop().note(sender.owner, EventKind::channel, "send", number_,
                       hash_bytes(text_of(frame->head)) ^ hash_bytes(text_of(frame->payload)));
  frame->cut = network_.cut_plan().next_frame();
  if (frame->cut == CutPoint::inside && frame->payload.empty()) frame->cut = CutPoint::before;
  if (options.broken.draw(rng) || frame->cut == CutPoint::before) {
    cut();
    return give_credit(*frame);
  }
  if (network_.blocked(sender.node, receiver.node) || options.lost.draw(rng)) return give_credit(*frame);
  if (receiver.state == State::closed) {  // only a living host answers that there is no such channel
    if (network_.is_up(receiver.node))
      close_at(from, network_.after_latency(), "the peer does not know the channel");
    return give_credit(*frame);
  }
  if (options.duplicated.draw(rng)) {
    auto duplicate = std::make_unique<SimFrame>(*frame);
    duplicate->holds_credit = false;
    deliver_later(std::move(duplicate));
  }
  deliver_later(std::move(frame));
}

void SimLink::give_credit(const SimFrame& frame) {
  if (!frame.holds_credit) return;
  LinkEnd& sender = end(other(frame.to));
  sender.frames_in_flight--;
  sender.bytes_in_flight -= bytes_of(frame);
  wake_one(sender);
}

void SimLink::wake_one(LinkEnd& end) {
  if (end.waiting_for_room.empty()) return;
  network_.loop().resume_at(network_.loop().now(), end.owner, EventKind::channel,
                            end.waiting_for_room.front());
  end.waiting_for_room.pop_front();
}

// --- receiving

void SimLink::deliver_later(std::unique_ptr<SimFrame> frame) {
  const MonotonicTime at = network_.frame_arrival(bytes_of(*frame));
  const EventOwner owner = end(frame->to).owner;
  network_.loop().schedule(
      at, owner, EventKind::deliver,
      [self = shared_from_this(), frame = std::move(frame)]() mutable { self->deliver(std::move(frame)); });
}

void SimLink::deliver(std::unique_ptr<SimFrame> frame) {
  const Side side = frame->to;
  LinkEnd& receiver = end(side);
  if (receiver.state == State::closed || network_.blocked(end(other(side)).node, receiver.node)) {
    return give_credit(*frame);
  }
  receiver.received.push_back(std::move(frame));
  if (receiver.state != State::connecting) receive_next(side);
}

void SimLink::receive_next(Side side) {
  LinkEnd& receiver = end(side);
  while (receiver.state != State::closed && !receiver.received.empty() && !receiver.placed) {
    const bool breaks_here = receiver.received.front()->cut == CutPoint::inside;
    if (!place_front(side)) return;
    if (breaks_here) return cut();
    if (receiver.received.front()->payload.empty() || !network_.options().split.draw(network_.rng())) {
      if (!finish_front(side)) return;
      continue;
    }
    network_.loop().schedule(network_.after_latency(), receiver.owner, EventKind::deliver,
                             [self = shared_from_this(), side] {
                               if (self->end(side).placed && self->finish_front(side))
                                 self->receive_next(side);
                             });
  }
}

// False if the callback was the node's end.
bool SimLink::place_front(Side side) {
  LinkEnd& receiver = end(side);
  const SimFrame& frame = *receiver.received.front();
  receiver.placed = true;
  auto places = receiver.receiver->place(*receiver.channel, frame.head, frame.payload.size());
  if (receiver.owner.dead()) return false;
  FIRN_ASSERT(places.empty() || total_bytes(places) == frame.payload.size());
  receiver.places = std::move(places);
  return true;
}

// False likewise.
bool SimLink::finish_front(Side side) {
  LinkEnd& receiver = end(side);
  const std::unique_ptr<SimFrame> frame = std::move(receiver.received.front());
  receiver.received.pop_front();
  scatter(receiver.places, frame->payload);
  receiver.places.clear();
  receiver.placed = false;
  network_.loop().note(receiver.owner, EventKind::deliver, "arrived", number_, bytes_of(*frame));
  give_credit(*frame);
  if (frame->cut == CutPoint::behind) cut();
  receiver.receiver->arrived(*receiver.channel, frame->head, frame->payload.size());
  return !receiver.owner.dead();
}

// --- closing

void SimLink::close(Side side) {
  LinkEnd& closing = end(side);
  if (closing.state != State::open) return;
  closing.state = State::closing;
  const MonotonicTime now = network_.loop().now();
  close_at(side, now + kSendPause.draw(network_.rng()), "closed by this side");
  tell_gone(other(side), network_.after_latency(), now + network_.options().keepalive);
}

void SimLink::close_at(Side side, MonotonicTime at, const char* reason) {
  network_.loop().schedule(at, end(side).owner, EventKind::channel,
                           [self = shared_from_this(), side, reason] { self->closed(side, reason); });
}

void SimLink::tell_gone(Side side, MonotonicTime at, MonotonicTime give_up) {
  network_.loop().schedule(at, {}, EventKind::channel, [self = shared_from_this(), side, give_up] {
    LinkEnd& end = self->end(side);
    EventLoop& loop = self->network_.loop();
    if (end.state == State::closed || end.owner.life == nullptr) return;
    if (self->network_.blocked(self->end(other(side)).node, end.node) && loop.now() < give_up) {
      return self->tell_gone(side, std::min(loop.now() + kBlockedRetry, give_up), give_up);
    }
    self->close_at(side, loop.now(), "closed by the peer");
  });
}

// One end in four does not notice before its keepalive does.
void SimLink::cut() {
  for (const Side side : {Side::client, Side::server}) {
    if (end(side).state == State::closed) continue;
    const bool late = network_.rng().chance(1, 4);
    const Duration delay = DurationRange{0ns, late ? network_.options().keepalive : 1ms}.draw(network_.rng());
    close_at(side, network_.loop().now() + delay, "the connection broke");
  }
}

void SimLink::closed(Side side, const char* reason) {
  LinkEnd& ended = end(side);
  if (ended.state == State::closed) return;
  if (ended.state == State::connecting) return connect_ends(reason);
  ended.state = State::closed;
  network_.loop().note(ended.owner, EventKind::channel, "closed", number_);
  if (ended.placed && !ended.places.empty()) {  // a part of the payload had been copied
    const ByteView payload = ended.received.front()->payload;
    scatter(ended.places, payload.first(network_.rng().below(payload.size() + 1)));
  }
  ended.places.clear();
  ended.placed = false;
  ended.received.clear();
  while (!ended.waiting_for_room.empty()) wake_one(ended);
  ended.receiver->closed(*ended.channel, fail(Code::unreachable, reason).on("peer", uri_of_peer(side)));
}

// The dead node's code may still stand in a callback on a frame's bytes: all of it is kept with the life.
void SimLink::died(Side side) {
  LinkEnd& dead = end(side);
  dead.state = State::closed;
  dead.owner.life->buried.emplace_back([self = shared_from_this()] { self->close(Side::client); });
}

}  // namespace firn::sim

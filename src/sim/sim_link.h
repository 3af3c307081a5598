// SimLink: a channel of the simulated network: two ends and the frames between them. SimNetwork makes it,
// SimChannel (sim_transport.h) is an end as its user sees it. Fault model: sim_network.h.
//
// An end goes from `connecting` to `open` to `closing` (its side called close()) to `closed` (`closed`
// has been called back, or never will be: the node died, or connect() failed). Frames arrive until it is
// closed.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/transport.h"
#include "sim/cut_plan.h"
#include "sim/event_loop.h"

namespace firn::sim {

class SimNetwork;

enum class Side : uint8_t { client, server };
inline Side other(Side side) { return side == Side::client ? Side::server : Side::client; }

struct SimFrame {
  Side to{};
  bool holds_credit = true;     // counts as in flight; a duplicate does not
  std::optional<CutPoint> cut;  // the channel breaks here
  std::vector<std::byte> head;
  std::vector<std::byte> payload;
};

struct LinkEnd {
  enum class State : uint8_t { connecting, open, closing, closed };

  uint32_t node = 0;
  EventOwner owner;  // nobody before the server has accepted
  State state = State::connecting;
  Channel* channel = nullptr;
  ChannelReceiver* receiver = nullptr;

  // Arrived and waiting for their turn; `placed`: the front one has its places and is being copied there.
  std::deque<std::unique_ptr<SimFrame>> received;
  bool placed = false;
  std::vector<MutableBytes> places;

  // Sent by this end and neither arrived nor lost.
  uint32_t frames_in_flight = 0;
  size_t bytes_in_flight = 0;
  std::deque<std::coroutine_handle<>> waiting_for_room;
};

// Shared by its channels, the network and events under way: whichever lets go of it last.
class SimLink : public std::enable_shared_from_this<SimLink> {
 public:
  SimLink(SimNetwork& network, uint64_t number) : network_(network), number_(number) {}

  LinkEnd& end(Side side) { return ends_[static_cast<size_t>(side)]; }
  // "sim://<name>" of the other side's node.
  std::string uri_of_peer(Side side);
  // Nothing will happen at either end any more.
  bool over();

  // The operations of Channel.
  static Task<Result<void>> send(std::shared_ptr<SimLink> link, Side from, ByteView head,
                                 std::span<const ByteView> payload);
  bool send_now(Side from, ByteView head, std::span<const ByteView> payload);
  void close(Side side);

  // co_await it at the client: nullptr when connected, else why not.
  struct Connected {
    SimLink& link;
    Duration timeout;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> awaiting);
    const char* await_resume() const { return link.refusal_; }
  };
  // The connect has ended, in the client's thread; without effect if it had ended before.
  void connect_ends(const char* refusal);

  // This end is closed at `at`, or when somebody else closes it before.
  void close_at(Side side, MonotonicTime at, const char* reason);
  // The other side has gone: this one is told at `at`, or while a partition holds that up, until `give_up`.
  void tell_gone(Side side, MonotonicTime at, MonotonicTime give_up);
  // The channel breaks: each end is closed in its own time.
  void cut();
  // The node of this end is dead: nothing is called back any more.
  void died(Side side);

 private:
  struct Room;
  struct Pause;

  bool full(const LinkEnd& end) const;
  static std::unique_ptr<SimFrame> frame_to(Side to, ByteView head, std::span<const ByteView> payload);
  void transmit(Side from, std::unique_ptr<SimFrame> frame);
  void deliver_later(std::unique_ptr<SimFrame> frame);
  void deliver(std::unique_ptr<SimFrame> frame);
  void receive_next(Side side);
  bool place_front(Side side);
  bool finish_front(Side side);
  void closed(Side side, const char* reason);
  void give_credit(const SimFrame& frame);
  void wake_one(LinkEnd& end);

  SimNetwork& network_;
  const uint64_t number_;
  LinkEnd ends_[2];
  std::coroutine_handle<> connecting_;
  const char* refusal_ = nullptr;
};

}  // namespace firn::sim

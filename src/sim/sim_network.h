// SimNetwork: the network between the nodes of a world. Nodes reach it through a SimTransport
// (sim_transport.h).
//
// Fault model
//  - A frame takes a seeded time (latency, size, sometimes much longer), so frames overtake each other.
//    It may be lost, arrive twice, or break its channel.
//  - Between place() and arrived() time may pass, and the channel may break there with part of the
//    payload copied.
//  - Partitions, one way or both: frames are dropped, connects time out, the end of a channel is noticed
//    late.
//  - A channel that breaks is closed at either end at different times. Frames under way when one end
//    closes may still arrive at the other.
//  - The peers of a crashed node notice it soon, late, or when they send to its next life. A frame never
//    reaches a later life of a node.
//  - A frozen node takes nothing in; its peers' sends fill up and wait.
// Senders' buffers are read shortly before send() completes: a program that lets go of them earlier is
// caught.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "runtime/transport.h"
#include "sim/cut_plan.h"
#include "sim/event_loop.h"
#include "sim/options.h"
#include "sim/sim_link.h"

namespace firn::sim {

inline constexpr std::string_view kUriPrefix = "sim://";

class SimNetwork {
 public:
  // `options` may change at any time.
  SimNetwork(EventLoop& loop, Rng rng, const NetworkOptions& options)
      : loop_(loop), rng_(rng), options_(options) {}

  EventLoop& loop() { return loop_; }
  Rng& rng() { return rng_; }
  const NetworkOptions& options() const { return options_; }

  // Nodes are numbered in the order they are added.
  void add_node(std::string name);
  const std::string& name(uint32_t node) const { return names_[node]; }
  // The node of "sim://<name>".
  std::optional<uint32_t> find_node(std::string_view uri) const;

  // Frames of `from` to `to` are dropped from now on, or pass again.
  void set_blocked(uint32_t from, uint32_t to, bool blocked) { blocked_[from][to] = blocked; }
  bool blocked(uint32_t from, uint32_t to) const { return blocked_[from][to]; }
  // No frame passes between the two sets. One way: from `a` to `b` only.
  void partition(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, bool one_way = false);
  // All frames pass again.
  void heal_partitions();
  // Breaks every channel between the two nodes.
  void cut(uint32_t a, uint32_t b);

  // A life begins or ends. At its end its peers find out, each in its own time.
  void life_begins(const Life& life) { up_[life.node] = true; }
  void life_ends(const Life& life);
  bool is_up(uint32_t node) const { return up_[node]; }

  CutPlan& cut_plan() { return cut_plan_; }

  // Channels that have not ended at both sides.
  size_t links_open();

  // For SimTransport. The acceptor stays until unlisten() or the life's end; one per node and target.
  void listen(uint32_t target, EventOwner owner, ChannelAcceptor& acceptor);
  void unlisten(uint32_t target, EventOwner owner);
  // A link whose connect is under way; await SimLink::Connected.
  std::shared_ptr<SimLink> start_connect(EventOwner client, ChannelReceiver& receiver, uint32_t node,
                                         uint32_t target);

  // For SimLink.
  MonotonicTime after_latency() { return loop_.now() + options_.latency.draw(rng_); }
  MonotonicTime frame_arrival(size_t bytes);

 private:
  struct Listener {
    EventOwner owner;
    ChannelAcceptor* acceptor = nullptr;
  };

  void request_arrives(const std::shared_ptr<SimLink>& link, uint32_t target);
  void accept(const std::shared_ptr<SimLink>& link, uint32_t target);
  void answer(const std::shared_ptr<SimLink>& link, const char* refusal);
  void forget_links_that_are_over();

  EventLoop& loop_;
  Rng rng_;
  const NetworkOptions& options_;
  std::vector<std::string> names_;
  std::vector<bool> up_;
  std::vector<std::vector<bool>> blocked_;                       // from, to
  std::map<std::pair<uint32_t, uint32_t>, Listener> listeners_;  // by node and target
  std::vector<std::shared_ptr<SimLink>> links_;                  // in the order they were made
  uint64_t links_made_ = 0;
  CutPlan cut_plan_;
};

}  // namespace firn::sim

// The network of a simulated world; see sim_network.h.
#include "sim/sim_network.h"

#include <algorithm>

#include "base/assert.h"
#include "sim/sim_transport.h"

namespace firn::sim {

void SimNetwork::add_node(std::string name) {
  FIRN_ASSERT(std::ranges::find(names_, name) == names_.end());
  names_.push_back(std::move(name));
  up_.push_back(false);
  for (auto& row : blocked_) row.push_back(false);
  blocked_.emplace_back(names_.size(), false);
}

std::optional<uint32_t> SimNetwork::find_node(std::string_view uri) const {
  if (!uri.starts_with(kUriPrefix)) return std::nullopt;
  const auto found = std::ranges::find(names_, uri.substr(kUriPrefix.size()));
  if (found == names_.end()) return std::nullopt;
  return static_cast<uint32_t>(found - names_.begin());
}

void SimNetwork::partition(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, bool one_way) {
  for (const uint32_t from : a) {
    for (const uint32_t to : b) {
      set_blocked(from, to, true);
      if (!one_way) set_blocked(to, from, true);
    }
  }
}

void SimNetwork::heal_partitions() {
  for (auto& row : blocked_) row.assign(row.size(), false);
}

void SimNetwork::cut(uint32_t a, uint32_t b) {
  for (const auto& link : links_) {
    const uint32_t client = link->end(Side::client).node;
    const uint32_t server = link->end(Side::server).node;
    if ((client == a && server == b) || (client == b && server == a)) link->cut();
  }
}

// Half of the peers notice within milliseconds, the others at any time up to the bound.
void SimNetwork::life_ends(const Life& life) {
  up_[life.node] = false;
  std::erase_if(listeners_, [&](const auto& listener) { return listener.second.owner.life == &life; });
  for (const auto& link : links_) {
    for (const Side side : {Side::client, Side::server}) {
      const LinkEnd& end = link->end(side);
      if (end.owner.life != &life || end.state == LinkEnd::State::closed) continue;
      link->died(side);
      DurationRange noticed = options_.crash_noticed;
      if (rng_.chance(1, 2)) noticed.max = std::min(noticed.max, noticed.min + 5ms);
      const MonotonicTime at = loop_.now() + noticed.draw(rng_);
      link->tell_gone(other(side), at, at + options_.keepalive);
    }
  }
  forget_links_that_are_over();
}

size_t SimNetwork::links_open() {
  forget_links_that_are_over();
  return links_.size();
}

void SimNetwork::forget_links_that_are_over() {
  std::erase_if(links_, [](const auto& link) { return link->over(); });
}

void SimNetwork::listen(uint32_t target, EventOwner owner, ChannelAcceptor& acceptor) {
  if (owner.dead()) return;
  const bool first = listeners_.try_emplace({owner.life->node, target}, Listener{owner, &acceptor}).second;
  FIRN_ASSERT(first);
}

void SimNetwork::unlisten(uint32_t target, EventOwner owner) {
  if (owner.dead()) return;
  listeners_.erase({owner.life->node, target});
}

MonotonicTime SimNetwork::frame_arrival(size_t bytes) {
  const MonotonicTime at = after_latency() + std::chrono::microseconds(bytes / options_.bytes_per_us);
  return options_.slow.draw(rng_) ? at + DurationRange{0ns, options_.slow_max}.draw(rng_) : at;
}

// --- connecting: request, accept in the server's thread, answer in the client's

std::shared_ptr<SimLink> SimNetwork::start_connect(EventOwner client, ChannelReceiver& receiver,
                                                   uint32_t node, uint32_t target) {
  auto link = std::make_shared<SimLink>(*this, links_made_++);
  LinkEnd& end = link->end(Side::client);
  end.node = client.life->node;
  end.owner = client;
  end.receiver = &receiver;
  link->end(Side::server).node = node;
  if (links_made_ % 64 == 0) forget_links_that_are_over();
  links_.push_back(link);
  loop_.schedule(after_latency(), {}, EventKind::channel,
                 [this, link, target] { request_arrives(link, target); });
  return link;
}

// A host that is down answers nothing; one whose system is up refuses.
void SimNetwork::request_arrives(const std::shared_ptr<SimLink>& link, uint32_t target) {
  const LinkEnd& client = link->end(Side::client);
  const uint32_t node = link->end(Side::server).node;
  if (client.owner.dead() || blocked(client.node, node)) return;
  const auto listener = listeners_.find({node, target});
  if (listener != listeners_.end()) {
    return loop_.schedule(loop_.now(), listener->second.owner, EventKind::channel,
                          [this, link, target] { accept(link, target); });
  }
  if (is_up(node) || rng_.chance(1, 2)) answer(link, "nobody listens there");
}

void SimNetwork::accept(const std::shared_ptr<SimLink>& link, uint32_t target) {
  LinkEnd& server = link->end(Side::server);
  const auto listener = listeners_.find({server.node, target});
  if (listener == listeners_.end()) return answer(link, "nobody listens there");
  if (link->end(Side::client).state == LinkEnd::State::closed) return;  // it gave up
  server.owner = listener->second.owner;
  server.state = LinkEnd::State::open;
  ChannelReceiver& receiver =
      listener->second.acceptor->accepted(std::make_unique<SimChannel>(link, Side::server));
  server.receiver = &receiver;
  if (!server.owner.dead()) answer(link, nullptr);
}

void SimNetwork::answer(const std::shared_ptr<SimLink>& link, const char* refusal) {
  loop_.schedule(after_latency(), link->end(Side::client).owner, EventKind::channel, [this, link, refusal] {
    if (blocked(link->end(Side::server).node, link->end(Side::client).node)) return;
    link->connect_ends(refusal);
  });
}

}  // namespace firn::sim

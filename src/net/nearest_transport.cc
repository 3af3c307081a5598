// The first way that works; see nearest_transport.h.
#include "net/nearest_transport.h"

#include <algorithm>

#include "net/shm_address.h"

namespace firn::net {

namespace {

bool is_shm(const std::string& way) { return way.starts_with(kShmScheme); }

}  // namespace

Result<TransportChoice> parse_transport_choice(std::string_view name) {
  if (name == "auto") return TransportChoice::automatic;
  if (name == "tcp") return TransportChoice::tcp;
  if (name == "shm") return TransportChoice::shm;
  return fail(Code::invalid, "not a transport")
      .on("transport", name)
      .remedy("choose auto, tcp, shm or fabric");
}

std::vector<std::string> NearestTransport::ways_of(const std::string& uri) const {
  std::vector<std::string> ways;
  for (size_t begin = 0; begin < uri.size();) {
    const size_t end = std::min(uri.find(' ', begin), uri.size());
    if (end > begin) ways.push_back(uri.substr(begin, end - begin));
    begin = end + 1;
  }
  if (choice_ == TransportChoice::tcp) std::erase_if(ways, is_shm);
  if (choice_ == TransportChoice::shm && std::ranges::any_of(ways, is_shm)) {
    std::erase_if(ways, [](const std::string& way) { return !is_shm(way); });
  }
  return ways;
}

Task<Result<std::unique_ptr<Channel>>> NearestTransport::connect(Address to, ChannelReceiver& receiver,
                                                                 Duration timeout) {
  const auto ways = ways_of(to.uri);
  if (ways.empty()) {
    co_return fail(Code::invalid, "the chosen transport does not lead to this address")
        .on("address", to.uri)
        .remedy("choose another: FIRN_TRANSPORT=auto");
  }
  const MonotonicTime deadline = runtime_.now() + timeout;
  std::optional<Error> obstacle;
  for (size_t i = 0;; i++) {
    Transport& transport = is_shm(ways[i]) ? static_cast<Transport&>(shm_) : *network_;
    const bool last = i + 1 == ways.size();
    // A way that does not answer leaves time for the next.
    const Duration left = std::max(deadline - runtime_.now(), Duration::zero());
    auto channel = co_await transport.connect({ways[i], to.target}, receiver, last ? left : left / 2);
    if (!channel && !last) {
      obstacle.emplace(std::move(channel).error());
      continue;
    }
    if (channel && obstacle) {
      runtime_.log().info("lesser way taken: address=" + ways[i] + " reason=" + obstacle->message());
    }
    co_return channel;
  }
}

}  // namespace firn::net

// Remembered requests; see request_table.h.
#include "vos/request_table.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/endian.h"

namespace firn::vos {

namespace {

void put(std::string& bytes, uint64_t value) {
  const size_t at = bytes.size();
  bytes.append(sizeof value, '\0');
  store_little(bytes.data() + at, value);
}

bool get(std::string_view& bytes, uint64_t& value) {
  if (bytes.size() < sizeof value) return false;
  value = load_little<uint64_t>(bytes.data());
  bytes.remove_prefix(sizeof value);
  return true;
}

Error damaged(std::string what) {
  return fail(Code::corrupt, "the request table " + std::move(what))
      .remedy("restore the store from its replicas");
}

}  // namespace

const RequestTable::Client* RequestTable::client_of(ClientId id) const {
  const auto at = index_.find(id);
  return at == index_.end() ? nullptr : &*at->second;
}

const RequestTable::Request* RequestTable::request_of(RequestId request) const {
  const Client* const client = client_of(request.client);
  if (client == nullptr || request.sequence.value == 0) return nullptr;
  const auto& requests = client->requests;
  const auto at = std::ranges::lower_bound(requests, request.sequence.value, {}, &Request::sequence);
  return at == requests.end() || at->sequence != request.sequence.value ? nullptr : &*at;
}

bool RequestTable::is_new(RequestId request) const {
  if (request.sequence.value == 0) return true;
  const Client* const client = client_of(request.client);
  if (client == nullptr) return true;
  if (request.sequence.value < client->below) return false;
  const bool behind_all =
      client->requests.empty() || request.sequence.value > client->requests.back().sequence;
  return behind_all || request_of(request) == nullptr;
}

std::optional<Epoch> RequestTable::find(RequestId request) const {
  const Request* const found = request_of(request);
  if (found == nullptr || found->refusal) return std::nullopt;
  return found->epoch;
}

const Error* RequestTable::find_refusal(RequestId request) const {
  const Request* const found = request_of(request);
  return found != nullptr && found->refusal ? &*found->refusal : nullptr;
}

bool RequestTable::is_stale(RequestId request) const {
  const Client* const client = client_of(request.client);
  return client != nullptr && request.sequence.value != 0 && request.sequence.value < client->below;
}

RequestTable::Client& RequestTable::touch(ClientId id) {
  const auto [at, added] = index_.try_emplace(id);
  if (added) {
    clients_.push_back({id, 0, {}});
    at->second = std::prev(clients_.end());
    if (clients_.size() > kClientsMax) evict_first();
  } else {
    clients_.splice(clients_.end(), clients_, at->second);
  }
  return clients_.back();
}

void RequestTable::remember(RequestId request, Epoch epoch, PgIndex pg) {
  if (request.sequence.value == 0 || is_stale(request)) return;
  add({request.sequence.value, epoch, pg, std::nullopt}, request.client);
}

void RequestTable::remember_refusal(RequestId request, const Error& reason) {
  if (request.sequence.value == 0 || is_stale(request)) return;
  add({request.sequence.value, kEpochNone, PgIndex{}, reason.clone()}, request.client);
}

void RequestTable::add(Request request, ClientId id) {
  Client& client = touch(id);
  auto& requests = client.requests;
  const auto at = std::ranges::lower_bound(requests, request.sequence, {}, &Request::sequence);
  if (at != requests.end() && at->sequence == request.sequence) return;
  requests.insert(at, std::move(request));
  request_count_++;
  if (requests.size() > kRequestsPerClientMax) raise_below(client, requests.front().sequence + 1);
  while (request_count_ > kRequestsMax && clients_.size() > 1) evict_first();
}

void RequestTable::forget_below(ClientId client, RequestSequence completed_below) {
  if (completed_below.value == 0) return;
  raise_below(touch(client), completed_below.value);
}

void RequestTable::forget_tail(PgIndex pg, Epoch above, Epoch upto, const std::vector<Epoch>& keep) {
  const auto in_tail = [&](const Request& request) {
    return !request.refusal && request.pg == pg && request.epoch > above && request.epoch <= upto &&
           !std::ranges::binary_search(keep, request.epoch);
  };
  for (Client& client : clients_) request_count_ -= std::erase_if(client.requests, in_tail);
}

void RequestTable::raise_below(Client& client, uint64_t below) {
  client.below = std::max(client.below, below);
  while (!client.requests.empty() && client.requests.front().sequence < client.below) {
    client.requests.pop_front();
    request_count_--;
  }
}

void RequestTable::evict_first() {
  FIRN_ASSERT(!clients_.empty());
  request_count_ -= clients_.front().requests.size();
  index_.erase(clients_.front().id);
  clients_.pop_front();
}

std::string RequestTable::encode() const {
  const auto carried_out = [](const Request& request) { return !request.refusal; };
  std::string bytes;
  bytes.reserve(8 + clients_.size() * 24 + request_count_ * kRequestBytes);
  put(bytes, clients_.size());
  for (const Client& client : clients_) {
    put(bytes, client.id.value);
    put(bytes, client.below);
    put(bytes, static_cast<uint64_t>(std::ranges::count_if(client.requests, carried_out)));
    for (const Request& request : client.requests) {
      if (!carried_out(request)) continue;
      put(bytes, request.sequence);
      put(bytes, request.epoch.value);
      put(bytes, request.pg.value);
    }
  }
  return bytes;
}

Result<void> RequestTable::decode(std::string_view bytes) {
  RequestTable table;
  uint64_t clients = 0;
  if (!get(bytes, clients) || clients > kClientsMax)
    return damaged("holds no number of clients, or too large a one");
  for (uint64_t i = 0; i < clients; i++) FIRN_CHECK(decode_client(bytes, table));
  if (!bytes.empty()) return damaged("is longer than its clients");
  if (table.request_count_ > kRequestsMax) return damaged("holds too many requests");
  clients_ = std::move(table.clients_);
  index_ = std::move(table.index_);
  request_count_ = table.request_count_;
  return {};
}

Result<void> RequestTable::decode_client(std::string_view& bytes, RequestTable& into) {
  uint64_t id = 0;
  uint64_t below = 0;
  uint64_t requests = 0;
  if (!get(bytes, id) || !get(bytes, below) || !get(bytes, requests) || requests > kRequestsPerClientMax) {
    return damaged("ends within a client, or has one with too many requests");
  }
  if (into.client_of(ClientId{id}) != nullptr) return damaged("names a client twice");
  Client& client = into.touch(ClientId{id});
  client.below = below;
  for (uint64_t i = 0; i < requests; i++) {
    uint64_t sequence = 0;
    uint64_t epoch = 0;
    uint64_t pg = 0;
    if (!get(bytes, sequence) || !get(bytes, epoch) || !get(bytes, pg))
      return damaged("ends within a client");
    if (pg > UINT32_MAX) return damaged("names a placement group that cannot be");
    const bool ascends = client.requests.empty() || sequence > client.requests.back().sequence;
    if (!ascends || sequence < below || sequence == 0) return damaged("has requests that are out of order");
    client.requests.push_back({sequence, Epoch{epoch}, PgIndex{static_cast<uint32_t>(pg)}, std::nullopt});
    into.request_count_++;
  }
  return {};
}

}  // namespace firn::vos

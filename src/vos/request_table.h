// RequestTable: which requests were carried out, and at which epoch, and which were refused, so that one that
// is sent again is answered as the first time. What was refused is known until the store is closed, not in
// checkpoints: an attempt that is still under way then does not outlive the connection it came by. Bounded:
// the clients that were quiet for longest are forgotten first, and of one client its oldest requests.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/epoch.h"
#include "model/ids.h"

namespace firn::vos {

class RequestTable {
 public:
  static constexpr size_t kClientsMax = 4096;
  static constexpr size_t kRequestsPerClientMax = 1024;
  static constexpr size_t kRequestsMax = 65536;  // of all clients together
  static constexpr size_t kRequestBytes = 24;    // encoded

  RequestTable() = default;
  RequestTable(const RequestTable&) = delete;  // the index points into the list
  RequestTable& operator=(const RequestTable&) = delete;

  // Nothing is known of it that says it must not be carried out. Mostly the answer, and cheap.
  bool is_new(RequestId request) const;
  // The epoch of the request if it was carried out and is remembered. Sequence 0 never is.
  std::optional<Epoch> find(RequestId request) const;
  // Why the request was refused, if it was and that is remembered.
  const Error* find_refusal(RequestId request) const;
  // True for a request that its client has seen the answer of, or that is too old to be remembered: it must
  // not be carried out (again).
  bool is_stale(RequestId request) const;
  // No effect for sequence 0, a stale request, or one that is remembered.
  void remember(RequestId request, Epoch epoch, PgIndex pg);
  void remember_refusal(RequestId request, const Error& reason);
  // The client has seen the answers of all its requests below `completed_below`.
  void forget_below(ClientId client, RequestSequence completed_below);
  // As if the group's requests of epochs in (above, upto], other than those in `keep` (ascending), had never
  // come.
  void forget_tail(PgIndex pg, Epoch above, Epoch upto, const std::vector<Epoch>& keep);

  size_t client_count() const { return clients_.size(); }
  size_t request_count() const { return request_count_; }

  // docs/formats/checkpoint.md.
  std::string encode() const;
  // Code::corrupt if the bytes are not a table; then nothing is changed.
  Result<void> decode(std::string_view bytes);

 private:
  struct Request {
    uint64_t sequence;
    Epoch epoch;  // none: refused
    PgIndex pg;
    std::optional<Error> refusal;
  };
  struct Client {
    ClientId id;
    uint64_t below = 0;            // all sequences below are stale
    std::deque<Request> requests;  // ascending by sequence, all >= below
  };
  using Clients = std::list<Client>;  // the one that was quiet for longest first

  const Client* client_of(ClientId id) const;
  const Request* request_of(RequestId request) const;
  void add(Request request, ClientId client);
  Client& touch(ClientId id);
  void raise_below(Client& client, uint64_t below);
  void evict_first();
  static Result<void> decode_client(std::string_view& bytes, RequestTable& into);

  Clients clients_;
  std::unordered_map<ClientId, Clients::iterator> index_;
  size_t request_count_ = 0;
};

}  // namespace firn::vos

// One address of an RpcClient; see client_peer.h.
#include "net/client_peer.h"

#include <algorithm>

namespace firn::net {

namespace {

// Why a wait did not end well.
Error wait_error(DeadlineWait::End end, const char* what) {
  if (end == DeadlineWait::End::canceled) return fail(Code::canceled, "the call was canceled");
  return fail(Code::timed_out, what);
}

}  // namespace

std::optional<ClientPeer::Permit> ClientPeer::try_permit() {
  if (in_progress_ >= in_progress_max()) return std::nullopt;
  in_progress_++;
  return Permit(*this);
}

Task<Result<ClientPeer::Permit>> ClientPeer::permit(MonotonicTime deadline, CancelToken cancel) {
  FIRN_CO_CHECK(cancel.check());
  if (auto now = try_permit()) co_return std::move(*now);
  DeadlineWait wait(shared_.runtime.executor(), deadline, cancel);
  permit_waiters_.push_back(wait.place());
  // Who wakes us has counted us in.
  const auto end = co_await wait;
  if (end == DeadlineWait::End::woken) co_return Permit(*this);
  co_return wait_error(end, "too many calls to this server are in progress");
}

void ClientPeer::permit_ended() {
  in_progress_--;
  while (in_progress_ < in_progress_max()) {
    auto* const next = permit_waiters_.front();
    if (next == nullptr) return;
    in_progress_++;
    next->wait.wake();
  }
}

uint32_t ClientPeer::in_progress_max() const {
  const uint32_t most = shared_.options.in_flight_per_peer_max;
  return connection_ == nullptr ? most : std::min(most, connection_->credits());
}

ClientConnection* ClientPeer::open_connection() {
  return connection_ != nullptr && connection_->usable() ? connection_ : nullptr;
}

Task<Result<ClientConnection*>> ClientPeer::connection(MonotonicTime deadline, CancelToken cancel) {
  if (auto* const open = open_connection()) co_return open;
  if (!connecting_) {
    connecting_ = true;
    shared_.gate.spawn(keep_connection(this));
  }
  if (connecting_) {
    DeadlineWait wait(shared_.runtime.executor(), deadline, cancel);
    connect_waiters_.push_back(wait.place());
    const auto end = co_await wait;
    if (end != DeadlineWait::End::woken) co_return wait_error(end, "the connection is still being made");
  }
  // It may have broken since.
  if (auto* const open = open_connection()) co_return open;
  if (connect_error_) co_return connect_error_->clone();
  co_return fail(Code::unreachable, "the connection broke at once");
}

// Makes a connection and owns it until it is closed and nobody uses it.
Task<void> ClientPeer::keep_connection(ClientPeer* peer) {
  const Shared& shared = peer->shared_;
  ClientConnection connection(shared.runtime, shared.options.idle_max);
  auto channel =
      co_await shared.transport.connect(peer->address_, connection, shared.options.connect_timeout);
  const bool connected = channel.has_value();
  peer->connect_ended(connection, std::move(channel));
  if (!connected) co_return;
  co_await connection.life().finished();
  if (peer->connection_ == &connection) peer->connection_ = nullptr;
}

void ClientPeer::connect_ended(ClientConnection& connection, Result<std::unique_ptr<Channel>> channel) {
  connecting_ = false;
  connect_error_.reset();
  if (channel) {
    ever_connected_ = true;
    connection.opened(std::move(*channel));
    connection_ = &connection;
    if (closing_) connection.close();
    if (connection.life().closed()) connect_error_.emplace(connection.life().reason().clone());
  } else {
    connect_error_.emplace(std::move(channel).error());
  }
  while (auto* const waiter = connect_waiters_.front()) waiter->wait.wake();
}

void ClientPeer::send_cancel(RequestId request) {
  ClientConnection* const open = open_connection();
  if (open == nullptr || cancels_in_flight_ >= kCancelsInFlightMax) return;
  cancels_in_flight_++;
  shared_.gate.spawn(cancel_task(this, open, open->use(), request));
}

Task<void> ClientPeer::cancel_task(ClientPeer* peer, ClientConnection* connection, ChannelLife::Use use,
                                   RequestId request) {
  const std::string head = encode_frame({.kind = FrameKind::cancel, .request = request});
  (void)co_await connection->channel().send(as_bytes(head), {});
  peer->cancels_in_flight_--;
  use = {};
}

void ClientPeer::close() {
  closing_ = true;
  if (connection_ != nullptr) connection_->close();
}

}  // namespace firn::net

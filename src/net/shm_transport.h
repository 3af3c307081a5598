// Transport through memory that a client shares with an engine on its host; the shape and the reasons are in
// docs/decisions/0009-shared-memory.md. Client: connect. Server: a TcpListener over the engine's socket
// (listen_shm) reads preambles as it does for TCP and passes each connection to its target's thread, where
// adopt() makes a channel of it.
#pragma once

#include <memory>
#include <string>

#include "net/shm_channel.h"
#include "net/tcp_listener.h"
#include "runtime/host_runtime.h"
#include "runtime/transport.h"

namespace firn::net {

struct ShmOptions {
  // Of the server: of each ring, two per channel; a power of two. And channels per thread: further clients
  // are refused, and use TCP.
  uint32_t ring_bytes = 256 << 10;
  uint32_t channels_max = 128;
};

class ShmTransport final : public Transport {
 public:
  // One per thread; the runtime outlives it, and it its channels.
  explicit ShmTransport(HostRuntime& runtime, ShmOptions options = {})
      : runtime_(runtime), options_(options) {}

  // Address{"shm://…", target}, net/shm_address.h. Waits for the server, so that a refusal is this call's
  // error: also Code::permission, and Code::version.
  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                 Duration timeout) override;

  // Makes a channel of an accepted connection and gives it to the service; refuses it if that cannot be.
  // Takes the descriptor over.
  void adopt(int descriptor, ChannelAcceptor& acceptor);

 private:
  static Task<Result<SharedMemory>> receive_welcome(LocalSocket* socket);
  Result<SharedMemory> welcome(LocalSocket& socket);

  HostRuntime& runtime_;
  const ShmOptions options_;
  uint32_t adopted_ = 0;  // channels that live
};

// Listens on a socket at `path`, in place of one left there by a process that is no more. hooks.route passes
// connections to adopt().
Result<std::unique_ptr<TcpListener>> listen_shm(HostRuntime& runtime, const std::string& path,
                                                TcpListener::Hooks hooks, TcpListener::Options options = {});

// "shm://PATH?at=MARK" for clients of this host.
Result<std::string> marked_shm_uri(const std::string& path);

}  // namespace firn::net

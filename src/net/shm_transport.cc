// Connecting and adopting channels through shared memory; see shm_transport.h.
#include "net/shm_transport.h"

#include <array>

#include "net/shm_address.h"

namespace firn::net {

namespace {

// Of the directory that a socket is in.
Result<std::string> mark_of(const std::string& path) {
  FIRN_TRY(const std::string host, host_identity());
  FIRN_TRY(const std::string directory, directory_identity(path));
  return host + ":" + directory;
}

Result<void> check_mark(const ShmAddress& address) {
  if (address.mark.empty()) return {};
  const auto here = mark_of(address.path);
  if (here && *here == address.mark) return {};
  return fail(Code::unreachable, "the engine is on another host, or its directory cannot be seen from here")
      .on("path", address.path);
}

// Ends a wait for the server's welcome that takes too long.
class WelcomeTimeout final : public Timer {
 public:
  WelcomeTimeout(Executor& executor, LocalSocket& socket, Duration timeout)
      : executor_(executor), socket_(socket) {
    executor_.arm(*this, executor_.now() + timeout);
  }
  ~WelcomeTimeout() override { executor_.disarm(*this); }
  void fire() override { socket_.shutdown(); }

 private:
  Executor& executor_;
  LocalSocket& socket_;
};

// At least `bytes`, gathered in `buffer` behind what is there.
Task<Result<void>> receive_more(LocalSocket* socket, std::vector<std::byte>* buffer, size_t bytes,
                                Descriptor* passed) {
  while (buffer->size() < bytes) {
    std::array<std::byte, 4096> part;
    const size_t wanted = std::min(part.size(), bytes - buffer->size());
    FIRN_CO_TRY(const size_t received, co_await socket->receive(MutableBytes(part).first(wanted), passed));
    if (received == 0) co_return fail(Code::unreachable, "the server closed the connection at once");
    buffer->insert(buffer->end(), part.begin(), part.begin() + static_cast<ptrdiff_t>(received));
  }
  co_return Result<void>();
}

// A frame came instead of a welcome: why the server does not want us.
Task<Error> receive_refusal(LocalSocket* socket, std::vector<std::byte> begun) {
  const size_t head_bytes = load_little<uint32_t>(begun.data());
  if (head_bytes > kFrameHeadBytesMax) co_return fail(Code::corrupt, "this is no server of Firn");
  auto received = co_await receive_more(socket, &begun, kFrameLengthsBytes + head_bytes, nullptr);
  if (!received) co_return std::move(received).error();
  const auto frame = decode_frame(ByteView(begun).subspan(kFrameLengthsBytes, head_bytes));
  if (!frame) co_return frame.error().clone();
  if (frame->kind != FrameKind::refusal || frame->status == 0)
    co_return fail(Code::corrupt, "the server does not answer as it should");
  co_return error_of(*frame);
}

void refuse(LocalSocket& socket, const Error& reason) {
  const std::string head = encode_error_frame(FrameKind::refusal, {}, reason);
  const auto lengths = frame_lengths(head.size(), 0);
  std::string frame(as_text(lengths));
  (void)socket.send_now(as_bytes(frame.append(head)));
}

}  // namespace

Task<Result<std::unique_ptr<Channel>>> ShmTransport::connect(Address to, ChannelReceiver& receiver,
                                                             Duration timeout) {
  FIRN_CO_TRY(const ShmAddress address, parse_shm_address(to.uri));
  FIRN_CO_CHECK(check_mark(address));
  FIRN_CO_TRY(Descriptor descriptor, LocalSocket::connect(address.path));
  auto socket = runtime_.sockets().adopt_local(std::move(descriptor));
  FIRN_CO_CHECK(socket->send_now(Preamble{kProtocolVersion, to.target}.encode()));
  std::optional<WelcomeTimeout> timer(std::in_place, runtime_.executor(), *socket, timeout);
  FIRN_CO_TRY(SharedMemory memory, co_await receive_welcome(socket.get()));
  timer.reset();
  auto channel = std::make_unique<ShmChannel>(
      runtime_.loop(), ShmChannel::Parts{std::move(socket), std::move(memory), ShmSide::client,
                                         shm_uri({.path = address.path})});
  channel->start(receiver);
  co_return channel;
}

Task<Result<SharedMemory>> ShmTransport::receive_welcome(LocalSocket* socket) {
  std::vector<std::byte> bytes;
  Descriptor passed;
  FIRN_CO_CHECK(co_await receive_more(socket, &bytes, ShmWelcome::kBytes, &passed));
  if (!ShmWelcome::begins(bytes)) co_return co_await receive_refusal(socket, std::move(bytes));
  FIRN_CO_TRY(const ShmWelcome welcome, ShmWelcome::decode(ByteView(bytes).first<ShmWelcome::kBytes>()));
  co_return SharedMemory::map(passed, shm_bytes(welcome.ring_bytes));
}

Result<SharedMemory> ShmTransport::welcome(LocalSocket& socket) {
  if (adopted_ >= options_.channels_max) {
    return fail(Code::busy, "the engine shares memory with as many clients as it may")
        .on("channels", uint64_t{adopted_});
  }
  Descriptor descriptor;
  FIRN_TRY(SharedMemory memory, SharedMemory::create(shm_bytes(options_.ring_bytes), descriptor));
  FIRN_CHECK(socket.send_now(ShmWelcome{options_.ring_bytes}.encode(), &descriptor));
  return memory;
}

void ShmTransport::adopt(int descriptor, ChannelAcceptor& acceptor) {
  auto socket = runtime_.sockets().adopt_local(Descriptor(descriptor));
  auto memory = welcome(*socket);
  if (!memory) {
    runtime_.log().info("client refused: transport=shm reason=" + memory.error().message());
    return refuse(*socket, memory.error());
  }
  const PeerProcess process = socket->peer();
  adopted_++;
  auto channel =
      std::make_unique<ShmChannel>(runtime_.loop(),
                                   ShmChannel::Parts{std::move(socket), *std::move(memory), ShmSide::server,
                                                     "shm://process=" + std::to_string(process.process) +
                                                         ",user=" + std::to_string(process.user)},
                                   [this] { adopted_--; });
  ShmChannel& accepted = *channel;
  accepted.start(acceptor.accepted(std::move(channel)));
}

Result<std::unique_ptr<TcpListener>> listen_shm(HostRuntime& runtime, const std::string& path,
                                                TcpListener::Hooks hooks, TcpListener::Options options) {
  FIRN_TRY(auto socket, runtime.sockets().listen_local(path));
  return TcpListener::over(runtime, std::move(socket), shm_uri({.path = path}), std::move(hooks), options);
}

Result<std::string> marked_shm_uri(const std::string& path) {
  FIRN_TRY(std::string mark, mark_of(path));
  return shm_uri({.path = path, .mark = std::move(mark)});
}

}  // namespace firn::net

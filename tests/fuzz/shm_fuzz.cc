// A server's end of shared memory against a client that writes anything, at any time: between the steps of
// the server and in the middle of them (while the receiver is asked for a place, when a frame arrives). The
// input is a list of changes to the shared memory: positions, bells, and bytes of the rings.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "net/shm_frame.h"
#include "net/shm_memory.h"
#include "runtime/manual_executor.h"

namespace {

using namespace firn;
using namespace firn::net;

constexpr size_t kRingBytes = 4096;

void check(bool condition) {
  if (!condition) std::abort();
}

class Client {
 public:
  Client(MutableBytes memory, ByteView changes)
      : memory_(memory), view_(memory, ShmSide::client), changes_(changes) {}
  bool done() const { return changes_.empty(); }
  // Carries the next few changes out.
  void act() {
    for (int i = 0; i < 4 && !changes_.empty(); i++) change();
  }

 private:
  uint64_t number(size_t bytes) {
    uint64_t value = 0;
    const size_t length = std::min(bytes, changes_.size());
    std::memcpy(&value, changes_.data(), length);
    changes_ = changes_.subspan(length);
    return value;
  }
  void change() {
    const uint64_t kind = number(1);
    if (kind % 4 == 0) view_.out.written.store(number(kind & 4 ? 8 : 2));
    if (kind % 4 == 1) view_.in.read.store(number(kind & 4 ? 8 : 2));
    if (kind % 4 == 2) memory_[number(3) % memory_.size()] = static_cast<std::byte>(number(1));
    if (kind % 4 != 3) return;
    // A piece of the ring to the server, and its announcement.
    const size_t at = number(2) % kRingBytes;
    const ByteView bytes = changes_.first(std::min(changes_.size(), std::min<size_t>(kind, kRingBytes - at)));
    copy_bytes(view_.out_ring.subspan(at, bytes.size()), bytes);
    changes_ = changes_.subspan(bytes.size());
    if (kind & 4) view_.out.written.fetch_add(bytes.size());
  }

  const MutableBytes memory_;
  const ShmView view_;
  ByteView changes_;
};

class Server final : public ChannelReceiver, public Channel {
 public:
  explicit Server(Client& client) : client_(client) {}
  std::vector<MutableBytes> place(Channel&, ByteView head, size_t payload_bytes) override {
    check(!placed_ && head.size() <= kFrameHeadBytesMax && payload_bytes <= kFramePayloadBytesMax);
    client_.act();
    placed_ = true;
    if (payload_bytes > 4 * kRingBytes) return {};
    payload_.assign(payload_bytes, std::byte{0});
    return {MutableBytes(payload_).first(payload_bytes / 2),
            MutableBytes(payload_).subspan(payload_bytes / 2)};
  }
  void arrived(Channel&, ByteView head, size_t payload_bytes) override {
    check(placed_ == (payload_bytes > 0));
    placed_ = false;
    client_.act();
    (void)decode_frame(head);
  }
  void closed(Channel&, Error) override {}
  Task<Result<void>> send(ByteView, std::span<const ByteView>) override { co_return Result<void>(); }
  void close() override {}
  std::string peer() const override { return "fuzz"; }

 private:
  Client& client_;
  bool placed_ = false;
  std::vector<std::byte> payload_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Exactly as large as it is, so that one byte beyond it is found.
  const Buffer memory_owner(shm_bytes(kRingBytes));
  const MutableBytes memory(const_cast<std::byte*>(memory_owner.data()), memory_owner.size());
  std::ranges::fill(memory, std::byte{0});
  Client client(memory, std::as_bytes(std::span(data, size)));
  Server server(client);
  const ShmView view(memory, ShmSide::server);
  ShmFrameReader reader{ShmRingReader(view.in_ring, view.in)};
  ShmRingWriter writer(view.out_ring, view.out);
  ManualExecutor executor;
  const std::vector<std::byte> payload(3 * kRingBytes, std::byte{5});
  const ByteView part = payload;
  ShmOutgoing answer(executor, payload, {&part, 1});
  bool answered = false;
  while (!client.done()) {
    client.act();
    auto progress = reader.read(server, server);
    if (!progress) break;  // the channel would be closed
    reader.publish();
    if (writer.broken()) break;
    answered = answered || answer.advance(writer);
    writer.publish();
  }
  return 0;
}

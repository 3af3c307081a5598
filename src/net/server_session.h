// ServerSession: one channel of an RpcServer. Takes frames apart, asks the server's admission (ServerCore)
// whether a request may come in, receives payload into buffers of its own, and sends answers.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "net/admission.h"
#include "net/channel_life.h"
#include "net/frame.h"
#include "runtime/intrusive_list.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace firn::net {

class ServerCore;
class ServerSession;

// Room taken for one call: a place among the calls in progress and its bytes of payload. Given back on
// destruction; the session lives until then.
class Reservation {
 public:
  Reservation() = default;
  Reservation(ServerSession& session, uint64_t payload_bytes);
  Reservation(Reservation&& other) noexcept { *this = std::move(other); }
  Reservation& operator=(Reservation&& other) noexcept {
    if (this == &other) return *this;
    release();
    session_ = std::exchange(other.session_, nullptr);
    use_ = std::move(other.use_);
    payload_bytes_ = other.payload_bytes_;
    reply_bytes_ = other.reply_bytes_;
    return *this;
  }
  ~Reservation() { release(); }
  explicit operator bool() const { return session_ != nullptr; }
  // Room for at most that much payload of the reply; false if there is none.
  bool reserve_reply(uint64_t bytes);
  // The reply is there: it has that much.
  void set_reply(uint64_t bytes);

 private:
  void release();

  ServerSession* session_ = nullptr;
  ChannelLife::Use use_;
  uint64_t payload_bytes_ = 0;  // of the request
  uint64_t reply_bytes_ = 0;
};

// A request whose bytes are all there.
struct ArrivedRequest {
  Frame frame;  // its body is valid during the call only
  Buffer payload;
  MonotonicTime deadline;
  Reservation room;
  MonotonicTime begun;    // its head was there
  MonotonicTime arrived;  // its payload too
};

class ServerSession final : public ChannelReceiver, public ListNode, private Timer {
 public:
  ServerSession(ServerCore& core, std::unique_ptr<Channel> channel);
  ~ServerSession() override;

  ChannelLife& life() { return life_; }
  ServerCore& core() { return core_; }
  void close() { channel_->close(); }
  // Nothing that arrives is looked at any more.
  void ignore() { rejected_ = true; }
  const Channel& channel() const { return *channel_; }
  // Sends one frame if the channel takes it at once.
  bool send_now(ByteView head, std::span<const ByteView> payload);
  // Sends one frame, unless the channel is closed. A peer that has not taken it in time after `now` loses the
  // channel.
  Task<void> send(std::string head, std::span<const ByteView> payload, MonotonicTime now);
  // What admission knows of this channel.
  Admission::Channel& admitted() { return admitted_; }

  std::vector<MutableBytes> place(Channel& channel, ByteView head, size_t payload_bytes) override;
  void arrived(Channel& channel, ByteView head, size_t payload_bytes) override;
  void closed(Channel& channel, Error reason) override;

 private:
  // What was decided about the frame whose payload is arriving.
  enum class Verdict : uint8_t { none, take, repeat, busy };
  struct Landing {
    Verdict verdict = Verdict::none;
    Buffer payload;
    MonotonicTime begun;
    MonotonicTime deadline;
    Reservation room;
  };
  struct Sending : ListNode {
    MonotonicTime since;
  };
  static constexpr uint32_t kShortAnswersMax = 64;

  Landing admit(const Frame& frame, size_t payload_bytes);
  void request_arrived(const Frame& frame, Landing& landing);
  // Answers without a handler having run. When too many of these wait to be sent the peer gets none: it will
  // ask again.
  void answer_shortly(std::string head);
  static Task<void> short_answer_task(ServerSession* session, ChannelLife::Use use, std::string head);
  static Task<void> refuse_task(ServerSession* session, ChannelLife::Use use, std::string head);
  void reject(const Error& reason);
  void fire() override;

  ServerCore& core_;
  std::unique_ptr<Channel> channel_;
  ChannelLife life_;
  Landing landing_;
  Admission::Channel admitted_;
  uint32_t short_answers_ = 0;
  bool rejected_ = false;
  IntrusiveList<Sending> sendings_;  // oldest first
};

}  // namespace firn::net

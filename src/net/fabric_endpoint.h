// FabricEndpoint: the RDM endpoint of one thread as its channels see it: messages out of its own buffers,
// reads of peers' memory, and who is told what has arrived. Polled by the loop while that is awake; before it
// sleeps, it waits for the completion queue's descriptor.
//
// An endpoint ends by lose(): libfabric cannot call back an operation, only end all of them. Afterwards no
// buffer is in use, every operation has been told, and every port. Belongs to its thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "net/fabric_domain.h"
#include "net/fabric_message.h"
#include "runtime/intrusive_list.h"
#include "runtime/poller.h"
#include "runtime/real_runtime.h"
#include "runtime/sync.h"

namespace firn::net {

class FabricEndpoint;

// Something libfabric does for us. Lives until `completed`.
class FabricOperation : public ListNode {
 public:
  struct End {
    int error = 0;  // positive, of fi_errno.h
    uint64_t flags = 0;
    MutableBytes received{};
  };
  virtual ~FabricOperation() = default;
  // In a poll of the endpoint, or in lose().
  virtual void completed(const End& end) = 0;

 protected:
  FabricOperation() { slot_.operation = this; }
  void* context() { return &slot_; }

 private:
  friend class FabricEndpoint;
  // What libfabric gets as context: first the room that some providers want for themselves.
  struct Slot {
    fi_context2 room{};
    FabricOperation* operation = nullptr;
  };
  Slot slot_;
};

// A channel's place at its endpoint.
class FabricPort : public ListNode {
 public:
  // A message that carries the port's number and token, else unchecked; valid during the call.
  virtual void message_arrived(ByteView message) = 0;
  virtual void message_sent(int error) = 0;
  // There may be room again, after wait_for_room().
  virtual void room() = 0;
  // The endpoint has ended. The port has been detached.
  virtual void lost(const Error& reason) = 0;

 protected:
  ~FabricPort() = default;
};

// A peer's address in the endpoint's vector.
class FabricPeer {
 public:
  FabricPeer(FabricEndpoint& endpoint, fi_addr_t address) : endpoint_(endpoint), address_(address) {}
  FabricPeer(const FabricPeer&) = delete;
  ~FabricPeer();
  fi_addr_t address() const { return address_; }

 private:
  FabricEndpoint& endpoint_;
  const fi_addr_t address_;
};

// Room for one message, registered for sending.
class FabricMessageBuffer final : public FabricOperation {
 public:
  explicit FabricMessageBuffer(FabricEndpoint& endpoint)
      : endpoint_(endpoint), buffer_(kFabricMessageBytesMax) {}
  MutableBytes bytes() { return buffer_.bytes(); }
  size_t size = 0;
  FabricPort* port = nullptr;
  std::shared_ptr<FabricPeer> peer;  // shared with the channel, which may end before its last message
  void completed(const End& end) override;

 private:
  friend class FabricEndpoint;
  FabricEndpoint& endpoint_;
  Buffer buffer_;
  FabricMemory memory_;
};

enum class FabricPosted : uint8_t { yes, no_room, failed };

class FabricEndpoint final : private Poller, private Timer, private UringCompletion {
 public:
  // In the thread of the runtime, which outlives it. Errors as FabricDomain::open.
  static Result<std::unique_ptr<FabricEndpoint>> open(RealRuntime& runtime, const FabricChoice& choice,
                                                      const std::string& host);
  // close() has ended.
  ~FabricEndpoint() override;

  const std::string& provider() const { return provider_; }
  const std::string& address() const { return address_; }
  bool is_lost() const { return lost_; }
  // Whether frames that fit no message are offered for reading; else they go in pieces.
  bool reads() const { return domain_->reads(); }
  // Ends it now, see above. No effect on one that has ended.
  void lose(const Error& reason);
  // lose(), and waits until the loop does not know it any more. Once.
  Task<void> close();

  // Messages to this port carry the number and the token.
  uint32_t attach(FabricPort& port, uint64_t token);
  // Nothing more for the port. No effect if it has been lost.
  void detach(uint32_t channel);
  // Code::invalid: the bytes are no address here.
  Result<std::shared_ptr<FabricPeer>> reach(const std::string& address);

  // A buffer to be posted or given back; nullptr: too many are under way, see wait_for_room().
  FabricMessageBuffer* take_message();
  void give_back(FabricMessageBuffer& message);
  FabricPosted post(FabricMessageBuffer& message);
  FabricPosted read(FabricOperation& operation, const FabricRead& read, const FabricPeer& peer,
                    void* descriptor);
  // The port gets room() when something has ended, or a little later.
  void wait_for_room(FabricPort& port);

  Result<FabricMemory> expose(ByteView bytes) { return domain_->expose(bytes, rng_); }
  Result<FabricMemory> allow_reading_into(MutableBytes bytes) {
    return domain_->allow_local(bytes, FI_READ, rng_);
  }
  size_t read_bytes_max() const;

 private:
  friend class FabricPeer;
  friend class FabricMessageBuffer;
  struct ReceiveBuffer;
  struct Port {
    FabricPort* port = nullptr;
    uint64_t token = 0;
  };
  static constexpr size_t kBatch = 64;

  FabricEndpoint(RealRuntime& runtime, std::shared_ptr<FabricDomain> domain);
  Result<void> start();
  void poll() override;
  bool ready() const override;
  void sleeping(bool asleep) override;
  void fire() override;
  void completed(int result, uint32_t flags) override;
  bool take_batch() const;
  void handle_batch();
  void take_error() const;
  void arrived(MutableBytes bytes);
  FabricPosted posted(FabricOperation& operation, ssize_t result, const char* what);
  void retry_waiting();
  bool must_look_by_timer() const;
  void look_later();
  void forget(fi_addr_t address);

  RealRuntime& runtime_;
  Rng rng_;
  const std::shared_ptr<FabricDomain> domain_;  // shared with memory in use
  std::string provider_;
  std::string address_;
  std::map<uint32_t, Port> ports_;
  uint32_t next_channel_ = 1;
  std::map<std::string, std::weak_ptr<FabricPeer>> peers_;
  IntrusiveList<FabricOperation> under_way_;
  IntrusiveList<FabricPort> waiting_;
  std::vector<std::unique_ptr<ReceiveBuffer>> receives_;
  std::vector<std::unique_ptr<FabricMessageBuffer>> messages_;
  std::vector<FabricMessageBuffer*> free_messages_;

  // Completions taken from the queue and not handled yet: looking for them is taking them.
  mutable std::array<fi_cq_data_entry, kBatch> batch_{};
  mutable size_t batch_size_ = 0;
  mutable fi_cq_err_entry error_{};
  mutable bool has_error_ = false;

  Duration look_after_{};
  bool asleep_ = false;
  bool waiting_for_descriptor_ = false;  // in the ring
  bool lost_ = false;
  Event ring_left_;
};

}  // namespace firn::net

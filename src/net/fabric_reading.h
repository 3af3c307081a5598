// FabricReading: the frame that a channel is reading from its peer's memory: its head if that was offered
// too, then its payload, straight into the places of the receiver, or through one buffer where those are many
// small ones. One at a time per channel. Belongs to the channel's thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "net/fabric_endpoint.h"
#include "net/fabric_message.h"
#include "net/fabric_pieces.h"

namespace firn::net {

class FabricReading {
 public:
  class Owner : public FabricFrameOwner {
   public:
    // The frame has arrived, or was not wanted, or could not be read. Nothing is in progress any more.
    virtual void reading_ended(uint32_t offer, std::optional<Error> error) = 0;
    // There was no room to post an operation: call post() again when there may be.
    virtual void reading_waits() = 0;

   protected:
    ~Owner() = default;
  };

  explicit FabricReading(Owner& owner) : owner_(owner) {}
  ~FabricReading();

  // A frame is being read, or operations of one are still in progress.
  bool active() const { return active_; }
  // Begins with the offered frame. The endpoint and the peer stay until the end.
  void begin(FabricEndpoint& endpoint, const FabricPeer& peer, const FabricMessage& offer);
  // Posts what there was no room for; what still finds none waits for the endpoint's.
  void post();
  // Starts nothing more; ends when what is in progress has ended, without `arrived`. Not in a call of the
  // owner.
  void stop();

 private:
  struct Read final : FabricOperation {
    void completed(const End& end) override { reading->read_ended(end.error); }
    FabricReading* reading = nullptr;
    FabricRead what;
    void* descriptor = nullptr;
  };
  enum class Stage : uint8_t { head, payload };

  void read_into(std::span<const FabricPart> parts, std::span<const MutableBytes> targets);
  void head_is_here();
  void payload_is_here();
  void read_ended(int error);
  void go_on();
  void end(std::optional<Error> error);

  Owner& owner_;
  FabricEndpoint* endpoint_ = nullptr;
  const FabricPeer* peer_ = nullptr;
  bool active_ = false;
  bool stopped_ = false;
  Stage stage_ = Stage::head;
  uint32_t offer_ = 0;
  size_t payload_bytes_ = 0;
  std::vector<FabricPart> parts_;
  std::vector<std::byte> head_;
  std::vector<MutableBytes> places_;
  Buffer scattered_;  // payload on its way to many places
  std::vector<FabricMemory> memory_;
  std::vector<std::unique_ptr<Read>> reads_;
  size_t posted_ = 0;
  size_t ended_ = 0;
  std::optional<Error> error_;
};

}  // namespace firn::net

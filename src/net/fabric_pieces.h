// Frames in pieces, for fabrics whose reads are not to be trusted: a cutter for one that goes, and an
// assembly for one that comes. A channel has one at a time of each.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace firn::net {

// Head and payload of a frame, a bit at a time.
class FabricCutter {
 public:
  // Of bytes that stay until the end.
  FabricCutter(ByteView head, std::span<const ByteView> payload) : first_(head), rest_(payload) {}
  bool empty() const { return first_.empty() && total_bytes(rest_) == 0; }
  // The next bytes, at most so many; the list is valid until the next call.
  std::span<const ByteView> take(size_t bytes_max);

 private:
  ByteView first_;
  std::span<const ByteView> rest_;
  std::vector<ByteView> taken_;
};

// Who gets frames.
class FabricFrameOwner {
 public:
  // As ChannelReceiver's.
  virtual std::vector<MutableBytes> place(ByteView head, size_t payload_bytes) = 0;
  virtual void arrived(ByteView head, size_t payload_bytes) = 0;

 protected:
  ~FabricFrameOwner() = default;
};

// Gathers the head, copies the payload to the places of the receiver.
class FabricAssembly {
 public:
  explicit FabricAssembly(FabricFrameOwner& owner) : owner_(owner) {}

  // Bytes of a frame are to come.
  bool active() const { return active_; }
  // A frame with a head. The lengths have been checked.
  void begin(size_t head_bytes, size_t payload_bytes);
  // Its next bytes. Code::corrupt: there are no so many to come.
  Result<void> take(ByteView piece);

 private:
  void take_head(ByteView& piece);
  void take_payload(ByteView piece);

  FabricFrameOwner& owner_;
  bool active_ = false;
  size_t head_bytes_ = 0;
  size_t payload_bytes_ = 0;
  size_t payload_to_come_ = 0;
  std::vector<std::byte> head_;  // grows with what has come, not with what is said
  std::vector<MutableBytes> places_;
  size_t place_ = 0;       // being filled
  size_t place_used_ = 0;  // bytes of it
};

}  // namespace firn::net

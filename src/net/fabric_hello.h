// The hello of a fabric channel, on the TCP connection that stays its lifeline: behind a preamble that says
// "fabric" each side tells the other, as one frame, how to reach it. Then nothing more goes over the
// connection but one byte from each side that ends the channel in order. docs/formats/messages.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "runtime/socket.h"
#include "runtime/task.h"

namespace firn::net {

// How one side of a channel is reached.
struct FabricContact {
  std::string provider;  // as libfabric names it, e.g. "tcp;ofi_rxm": both sides have the same
  std::string address;   // raw, in the provider's form
  uint32_t channel = 0;  // which of its endpoint's channels
  uint64_t token = 0;    // in every message to it: others who know the address do not know this
  static void fields(auto& self, auto&& visit) {
    visit("provider", self.provider);
    visit("address", self.address);
    visit("channel", self.channel);
    visit("token", self.token);
  }
};

constexpr size_t kFabricAddressBytesMax = 1024;
// "I read nothing of yours any more, and send nothing": the end of the channel.
constexpr std::byte kFabricBye{'B'};

// The frame with a contact in it, and back. Code::corrupt, or the error that a refusal carries.
std::string encode_contact(const FabricContact& contact);
Result<FabricContact> decode_contact(ByteView frame);

// One frame without payload over the lifeline.
Task<Result<void>> send_hello(Socket* socket, std::string frame);
Task<Result<FabricContact>> receive_hello(Socket* socket);

}  // namespace firn::net

// FabricTransport in a build without libfabric; see fabric_transport.h.
#include "net/fabric_transport.h"
#include "runtime/descriptor.h"

namespace firn::net {

namespace {

Error absent() {
  return fail(Code::unsupported, "not supported: built without libfabric")
      .remedy("install libfabric-dev and build again, or use TCP");
}

}  // namespace

class FabricTransport::Impl {};

FabricTransport::FabricTransport(RealRuntime&, FabricOptions) {}
FabricTransport::~FabricTransport() = default;
Result<void> FabricTransport::open() { return absent(); }
Task<Result<std::unique_ptr<Channel>>> FabricTransport::connect(Address, ChannelReceiver&, Duration) {
  co_return absent();
}
void FabricTransport::adopt(int descriptor, FabricContact, ChannelAcceptor&) {
  const Descriptor closed(descriptor);
}
Task<void> FabricTransport::close() { co_return; }

}  // namespace firn::net

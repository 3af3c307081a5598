// A client for the tests of this room: plain calls to an engine in this process, with the bare RpcClient.
// (The client room is not below this one.)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/test_object_test.h"
#include "model/control_messages.h"
#include "net/rpc_client.h"
#include "runtime/real_runtime.h"

namespace firn::engine {

class TestClient {
 public:
  // `make_transport(runtime)` gives the way to the engine at `uri`.
  template <class MakeTransport>
  TestClient(std::string uri, MakeTransport make_transport)
      : uri_(std::move(uri)),
        runtime_(ok(RealRuntime::create())),
        transport_(make_transport(*runtime_)),
        rpc_(std::make_unique<net::RpcClient>(*runtime_, *transport_, net::RpcClientOptions())) {}
  ~TestClient() { runtime_->run(rpc_->close()); }

  template <class Request>
  Result<typename Request::Reply> call(Request request, uint32_t target = Address::kControlTarget,
                                       net::Bulk<typename Request::Reply> bulk = {}) {
    return runtime_->run(rpc_->call({uri_, target}, request, std::move(bulk), {.timeout = timeout}));
  }

  Duration timeout = 10s;

  PoolInfo create_pool(std::string label, uint64_t capacity_bytes) {
    PoolCreateRequest request;
    request.label = std::move(label);
    request.capacity_bytes = capacity_bytes;
    return ok(call(std::move(request)));
  }
  TestObject open(std::string pool, std::string container, uint64_t number) {
    PoolMap map = ok(call(PoolConnectRequest{pool})).map;
    return {std::move(map), ok(call(ContainerQueryRequest{std::move(pool), std::move(container)})).id,
            number};
  }

  Result<ChangeReply> put(const TestObject& object, Key dkey, std::string_view value) {
    const ByteView data = as_bytes(value);
    return call(object.update(std::move(dkey), "a", value), object.target(), {.send = {&data, 1}});
  }
  Result<std::optional<std::string>> get(const TestObject& object, Key dkey) {
    std::string value;
    net::Bulk<FetchReply> bulk;
    bulk.place = [&](const FetchReply&, size_t bytes) -> Result<std::vector<MutableBytes>> {
      value.resize(bytes);
      return std::vector{MutableBytes{reinterpret_cast<std::byte*>(value.data()), bytes}};
    };
    FIRN_TRY(const FetchReply reply,
             call(object.fetch(std::move(dkey), "a"), object.target(), std::move(bulk)));
    if (reply.items.at(0).record_bytes == 0) return std::optional<std::string>();
    return std::optional(std::move(value));
  }

 private:
  const std::string uri_;
  std::unique_ptr<RealRuntime> runtime_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<net::RpcClient> rpc_;
};

}  // namespace firn::engine

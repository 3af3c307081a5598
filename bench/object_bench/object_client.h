// ObjectClient: a program that uses src/client, as a user's does: it connects, and updates and fetches values
// of 64 B and arrays of 1 MiB.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/rng.h"
#include "client/object.h"
#include "net/nearest_transport.h"
#include "runtime/real_runtime.h"

namespace firn::bench {

enum class Operation { fetch, update, fetch_large, update_large };

struct Load {
  Operation operation = Operation::fetch;
  size_t in_flight = 1;
};

class ObjectClient {
 public:
  // Connects to the pool and the container.
  ObjectClient(const std::string& uri, uint64_t keys);
  ~ObjectClient();

  // Writes all keys.
  void fill();
  // Writes all large arrays.
  void fill_large();
  // `count` operations on random keys, `load.in_flight` at a time.
  void run(Load load, size_t count);

 private:
  struct Progress;
  Task<Result<void>> connect();
  Task<int> close();
  Task<Result<void>> lanes(Load load, size_t count, bool in_order);
  static Task<Result<void>> lane(ObjectClient* self, Operation operation, Progress* progress, size_t number);
  Task<Result<void>> operate(Operation operation, uint64_t key, MutableBytes buffer);
  Task<Result<void>> update(uint64_t key);
  Task<Result<void>> fetch(uint64_t key, MutableBytes buffer);
  Task<Result<void>> update_large(uint64_t key);
  Task<Result<void>> fetch_large(uint64_t key, MutableBytes buffer);
  void run_lanes(Load load, size_t count, bool in_order);

  const uint64_t keys_;
  std::vector<Key> key_texts_;  // of small values: made before anything is measured
  std::unique_ptr<RealRuntime> runtime_;
  net::NearestTransport transport_;
  client::Client client_;
  std::shared_ptr<client::Container> container_;
  std::unique_ptr<client::Object> small_;
  std::unique_ptr<client::Object> large_;
  Rng rng_{1};
  Buffer value_;
  std::vector<Buffer> places_;  // where each lane's fetches land
};

}  // namespace firn::bench

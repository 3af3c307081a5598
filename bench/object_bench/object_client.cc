#include "object_bench/object_client.h"

#include "bare_tcp.h"
#include "model/object_id.h"
#include "object_bench/served_system.h"
#include "runtime/when_all.h"
#include "vos_bench/must.h"

namespace firn::bench {

namespace {

constexpr uint64_t kLargeCount = 64;

client::Object open_object(client::Container& container, uint64_t number) {
  const uint32_t targets = container.pool().target_count();
  return container.open(make_object_id({0, number}, ObjectType::multi_hashed, kClassSX, targets));
}

bool is_large(Operation operation) {
  return operation == Operation::fetch_large || operation == Operation::update_large;
}

Key key_of(uint64_t number) { return fmt::format("key-{:012}", number); }

}  // namespace

struct ObjectClient::Progress {
  size_t left = 0;
  uint64_t next = 0;
  bool in_order = false;  // else at random
};

ObjectClient::ObjectClient(const std::string& uri, uint64_t keys)
    : keys_(keys),
      runtime_(must(RealRuntime::create())),
      transport_(*runtime_, net::TransportChoice::tcp),
      client_(*runtime_, transport_, Address{uri}, {}),
      value_(kLargeBytes) {
  for (uint64_t i = 0; i < keys; i++) key_texts_.push_back(key_of(i));
  must(runtime_->run(connect()));
}

ObjectClient::~ObjectClient() { runtime_->run(close()); }

Task<Result<void>> ObjectClient::connect() {
  FIRN_CO_TRY(auto pool, co_await client_.connect_pool(kPool));
  FIRN_CO_TRY(container_, co_await pool->open_container(kContainer));
  small_ = std::make_unique<client::Object>(open_object(*container_, 1));
  large_ = std::make_unique<client::Object>(open_object(*container_, 2));
  co_return {};
}

Task<int> ObjectClient::close() {
  co_await client_.close();
  co_return 0;
}

void ObjectClient::fill() { run_lanes({Operation::update, 64}, keys_, true); }
void ObjectClient::fill_large() { run_lanes({Operation::update_large, 4}, kLargeCount, true); }
void ObjectClient::run(Load load, size_t count) { run_lanes(load, count, false); }

void ObjectClient::run_lanes(Load load, size_t count, bool in_order) {
  must(runtime_->run(lanes(load, count, in_order)));
}

Task<Result<void>> ObjectClient::lanes(Load load, size_t count, bool in_order) {
  const size_t place_bytes = is_large(load.operation) ? kLargeBytes : kSmallBytes;
  while (places_.size() < load.in_flight) places_.emplace_back(place_bytes);
  for (Buffer& place : places_) {
    if (place.size() < place_bytes) place = Buffer(place_bytes);
  }
  Progress progress{.left = count, .next = 0, .in_order = in_order};
  std::vector<Task<Result<void>>> running;
  for (size_t i = 0; i < load.in_flight; i++) running.push_back(lane(this, load.operation, &progress, i));
  co_return co_await when_all_ok(std::move(running));
}

Task<Result<void>> ObjectClient::lane(ObjectClient* self, Operation operation, Progress* progress,
                                      size_t number) {
  const uint64_t keys = is_large(operation) ? kLargeCount : self->keys_;
  while (progress->left > 0) {
    progress->left--;
    const uint64_t key = progress->in_order ? progress->next++ : self->rng_.below(keys);
    FIRN_CO_CHECK(co_await self->operate(operation, key, self->places_[number].bytes()));
  }
  co_return {};
}

Task<Result<void>> ObjectClient::operate(Operation operation, uint64_t key, MutableBytes buffer) {
  switch (operation) {
    case Operation::fetch:
      return fetch(key, buffer.first(kSmallBytes));
    case Operation::update:
      return update(key);
    case Operation::fetch_large:
      return fetch_large(key, buffer);
    case Operation::update_large:
      return update_large(key);
  }
  return update(key);
}

Task<Result<void>> ObjectClient::update(uint64_t key) {
  std::vector<UpdateItem> items;
  items.push_back({.akey = "a", .record_bytes = kSmallBytes});
  const ByteView value = std::as_const(value_).bytes().first(kSmallBytes);
  FIRN_CO_CHECK(co_await small_->update(key_texts_[key], std::move(items), {value}));
  co_return {};
}

Task<Result<void>> ObjectClient::fetch(uint64_t key, MutableBytes buffer) {
  std::vector<client::FetchTarget> targets;
  targets.push_back({{.akey = "a"}, {buffer}});
  FIRN_CO_TRY(const auto found, co_await small_->fetch(key_texts_[key], std::move(targets)));
  if (!found[0].sent) co_return fail(Code::not_found, "a key that was written is not there");
  co_return {};
}

Task<Result<void>> ObjectClient::update_large(uint64_t key) {
  std::vector<UpdateItem> items;
  items.push_back({.akey = "a", .kind = ValueKind::array, .record_bytes = 1, .recxs = {{0, kLargeBytes}}});
  FIRN_CO_CHECK(co_await large_->update(key_of(key), std::move(items), {std::as_const(value_).bytes()}));
  co_return {};
}

Task<Result<void>> ObjectClient::fetch_large(uint64_t key, MutableBytes buffer) {
  std::vector<client::FetchTarget> targets;
  targets.push_back({{.akey = "a", .kind = ValueKind::array, .recxs = {{0, kLargeBytes}}}, {buffer}});
  FIRN_CO_TRY(const auto found, co_await large_->fetch(key_of(key), std::move(targets)));
  if (found[0].extents.empty()) co_return fail(Code::not_found, "an array that was written is not there");
  co_return {};
}

}  // namespace firn::bench

// Flat key-value maps on objects; see kv.h.
#include "client/kv.h"

namespace firn::client {

namespace {
constexpr char kAkey[] = "0";

Task<Result<void>> put_value(Object object, Key key, ByteView value, Condition conditions) {
  std::vector<UpdateItem> items;
  items.push_back({.akey = kAkey, .record_bytes = value.size()});
  FIRN_CO_CHECK(co_await object.update(std::move(key), std::move(items), {value}, conditions));
  co_return {};
}

Task<Result<void>> remove_key(Object object, Key key, Condition conditions) {
  FIRN_CO_CHECK(co_await object.punch_dkey(std::move(key), conditions));
  co_return {};
}
}  // namespace

Task<Result<void>> Kv::put(Key key, ByteView value, Condition conditions) {
  return put_value(object_, std::move(key), value, conditions);
}

Task<Result<std::optional<std::string>>> Kv::get(Key key) {
  return object_.fetch_value(std::move(key), kAkey);
}

Task<Result<void>> Kv::remove(Key key, Condition conditions) {
  return remove_key(object_, std::move(key), conditions);
}

Task<Result<std::vector<Key>>> Kv::list(ListAnchor& anchor, uint32_t entries_max) {
  return object_.list_dkeys(anchor, entries_max);
}

}  // namespace firn::client

// Key values from C++: counters POOL CONTAINER
//
// Handles close themselves, failed calls throw. Counts how often each word stands in a text, and keeps the
// counts in a key-value object: run again with another container to start anew.
#include <cstdint>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <daos.h>
#include <firn.h>

namespace {

void check(int rc, const char* call) {
  if (rc != 0) throw std::runtime_error(std::string(call) + ": " + d_errstr(rc) + ": " + firn_last_error());
}

// Begins with daos_init() and ends with daos_fini(); everything else lives shorter.
class Library {
 public:
  Library() { check(daos_init(), "daos_init"); }
  ~Library() { daos_fini(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

// Owns a handle that `Close` takes back.
template <int (*Close)(daos_handle_t, daos_event_t*)>
class Handle {
 public:
  Handle() = default;
  ~Handle() {
    if (daos_handle_is_valid(value_)) Close(value_, nullptr);
  }
  Handle(Handle&& other) noexcept : value_(std::exchange(other.value_, daos_handle_t{})) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }

  daos_handle_t get() const { return value_; }
  // For the call that opens it.
  daos_handle_t* put() { return &value_; }

 private:
  daos_handle_t value_ = {};
};

using Pool = Handle<daos_pool_disconnect>;
using Container = Handle<daos_cont_close>;

Pool connect(const char* label) {
  Pool pool;
  check(daos_pool_connect(label, nullptr, DAOS_PC_RW, pool.put(), nullptr, nullptr), "daos_pool_connect");
  return pool;
}

// Opens the container, and makes it first if it is not there.
Container open_container(const Pool& pool, const char* label) {
  Container container;
  const int made = daos_cont_create_with_label(pool.get(), label, nullptr, nullptr, nullptr);
  if (made != -DER_EXIST) check(made, "daos_cont_create_with_label");
  check(daos_cont_open(pool.get(), label, DAOS_COO_RW, container.put(), nullptr, nullptr), "daos_cont_open");
  return container;
}

// Numbers by name, kept in a key-value object. One that was never set is 0.
class Counters {
 public:
  explicit Counters(const Container& container) {
    daos_obj_id_t id = {1, 0};
    check(daos_obj_generate_oid(container.get(), &id, DAOS_OT_KV_LEXICAL, OC_S1, 0, 0),
          "daos_obj_generate_oid");
    check(daos_kv_open(container.get(), id, DAOS_OO_RW, kv_.put(), nullptr), "daos_kv_open");
  }

  uint64_t get(const std::string& name) const {
    uint64_t value = 0;
    daos_size_t size = sizeof value;
    check(daos_kv_get(kv_.get(), DAOS_TX_NONE, 0, name.c_str(), &size, &value, nullptr), "daos_kv_get");
    return value;
  }

  void set(const std::string& name, uint64_t value) {
    check(daos_kv_put(kv_.get(), DAOS_TX_NONE, 0, name.c_str(), sizeof value, &value, nullptr),
          "daos_kv_put");
  }

 private:
  Handle<daos_kv_close> kv_;
};

void count_words(const char* pool_label, const char* container_label) {
  const Library library;
  const Pool pool = connect(pool_label);
  const Container container = open_container(pool, container_label);
  Counters counters(container);
  std::istringstream text("snow on snow becomes firn and firn becomes ice below the snow");
  for (std::string word; text >> word;) counters.set(word, counters.get(word) + 1);
  for (const char* word : {"firn", "ice", "rain", "snow"})
    std::cout << word << ' ' << counters.get(word) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: counters POOL CONTAINER\n";
    return 2;
  }
  try {
    count_words(argv[1], argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

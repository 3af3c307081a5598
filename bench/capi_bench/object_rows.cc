#include "capi_bench/object_rows.h"

#include <array>
#include <string>

#include <daos.h>

#include "capi_bench/check.h"
#include "object_bench/served_system.h"
#include "repeat_for.h"

namespace firn::bench {

namespace {

constexpr int kInFlight = 16;
constexpr int kDkeys = 1000;
constexpr size_t kValueBytes = 64;

// One operation's arguments.
struct Operation {
  daos_event_t event{};
  std::string dkey_text;
  daos_key_t dkey{};
  daos_iod_t iod{};
  d_iov_t iov{};
  d_sg_list_t sgl{};
  std::array<char, kValueBytes> value{};

  void prepare(int number) {
    static char akey[] = "a";
    dkey_text = std::to_string(number % kDkeys);
    d_iov_set(&dkey, dkey_text.data(), dkey_text.size());
    d_iov_set(&iod.iod_name, akey, 1);
    iod.iod_type = DAOS_IOD_SINGLE;
    iod.iod_nr = 1;
    iod.iod_size = kValueBytes;
    d_iov_set(&iov, value.data(), value.size());
    sgl.sg_nr = 1;
    sgl.sg_iovs = &iov;
  }
};

class ObjectRows {
 public:
  ObjectRows() {
    const double begin = seconds_now();
    check(daos_init(), "daos_init");
    check(daos_pool_connect(kPool, nullptr, DAOS_PC_RW, &pool_, nullptr, nullptr), "daos_pool_connect");
    check(daos_cont_open(pool_, kContainer, DAOS_COO_RW, &container_, nullptr, nullptr), "daos_cont_open");
    print_us("init, connect, open", (seconds_now() - begin) * 1e6);
    daos_obj_id_t id{.lo = 77, .hi = 0};
    check(daos_obj_generate_oid(container_, &id, DAOS_OT_MULTI_HASHED, OC_S1, 0, 0), "daos_obj_generate_oid");
    check(daos_obj_open(container_, id, DAOS_OO_RW, &object_, nullptr), "daos_obj_open");
  }
  ~ObjectRows() {
    check(daos_obj_close(object_, nullptr), "daos_obj_close");
    check(daos_cont_close(container_, nullptr), "daos_cont_close");
    check(daos_pool_disconnect(pool_, nullptr), "daos_pool_disconnect");
    check(daos_fini(), "daos_fini");
  }

  double one_at_a_time(bool updates, double seconds) {
    Operation operation;
    int number = 0;
    return repeat_for(seconds, 100, [&] {
      for (int i = 0; i < 100; i++) {
        operation.prepare(number++);
        start(operation, updates, nullptr);
      }
    });
  }

  double in_flight(bool updates, double seconds) {
    daos_handle_t queue{};
    check(daos_eq_create(&queue), "daos_eq_create");
    std::array<Operation, kInFlight> operations;
    for (Operation& each : operations) check(daos_event_init(&each.event, queue, nullptr), "daos_event_init");
    int number = 0;
    const double us = repeat_for(seconds, 1600, [&] { exchange(queue, operations, updates, number); });
    for (Operation& each : operations) check(daos_event_fini(&each.event), "daos_event_fini");
    check(daos_eq_destroy(queue, 0), "daos_eq_destroy");
    return us;
  }

 private:
  void start(Operation& operation, bool updates, daos_event_t* event) {
    const int result = updates ? daos_obj_update(object_, DAOS_TX_NONE, 0, &operation.dkey, 1, &operation.iod,
                                                 &operation.sgl, event)
                               : daos_obj_fetch(object_, DAOS_TX_NONE, 0, &operation.dkey, 1, &operation.iod,
                                                &operation.sgl, nullptr, event);
    check(result, updates ? "daos_obj_update" : "daos_obj_fetch");
  }

  void exchange(daos_handle_t queue, std::array<Operation, kInFlight>& operations, bool updates,
                int& number) {
    int started = 0;
    auto start_next = [&](Operation& operation) {
      operation.prepare(number++);
      start(operation, updates, &operation.event);
      started++;
    };
    for (Operation& each : operations) start_next(each);
    for (int done = 0; done < 1600;) {
      std::array<daos_event_t*, kInFlight> events{};
      const int count = daos_eq_poll(queue, 1, DAOS_EQ_WAIT, kInFlight, events.data());
      if (count < 0) check(count, "daos_eq_poll");
      for (int i = 0; i < count; i++) {
        check(events[i]->ev_error, "an operation");
        if (started < 1600) start_next(*reinterpret_cast<Operation*>(events[i]));
      }
      done += count;
    }
  }

  daos_handle_t pool_{};
  daos_handle_t container_{};
  daos_handle_t object_{};
};

}  // namespace

void object_rows(double seconds) {
  ObjectRows rows;
  print_us("update of 64 B", rows.one_at_a_time(true, seconds));
  print_us("fetch of 64 B", rows.one_at_a_time(false, seconds));
  print_rate("updates of 64 B, 16 in flight", rows.in_flight(true, seconds));
  print_rate("fetches of 64 B, 16 in flight", rows.in_flight(false, seconds));
}

}  // namespace firn::bench

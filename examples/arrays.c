/*
 * An array, written by many operations at a time: arrays POOL CONTAINER
 *
 * An array has cells of one size, and is cut into chunks that lie on different targets. Operations with an
 * event do not wait: they are started, and a queue tells which ones have ended. That is how one thread keeps
 * many targets busy.
 */
#include <daos.h>

#include "check.h"

enum { kCells = 40000, kPieces = 8, kPieceCells = kCells / kPieces };

/* One piece of the array on its way. It stays where it is until its event has come back. */
struct transfer {
  daos_event_t event;
  daos_array_iod_t place;
  daos_range_t range;
  d_sg_list_t list;
  d_iov_t memory;
};

static void prepare(struct transfer* transfer, daos_handle_t queue, uint64_t first, double* cells,
                    uint64_t count) {
  transfer->range.rg_idx = first;
  transfer->range.rg_len = count;
  transfer->place.arr_nr = 1;
  transfer->place.arr_rgs = &transfer->range;
  d_iov_set(&transfer->memory, cells, count * sizeof *cells);
  transfer->list.sg_nr = 1;
  transfer->list.sg_iovs = &transfer->memory;
  CHECK(daos_event_init(&transfer->event, queue, NULL));
}

/* Waits until all that was started has ended, and looks how. */
static void finish(daos_handle_t queue, int started) {
  while (started > 0) {
    daos_event_t* ended[kPieces];
    int count = daos_eq_poll(queue, 1, DAOS_EQ_WAIT, kPieces, ended);
    if (count < 0) CHECK(count);
    for (int i = 0; i < count; i++) {
      CHECK(ended[i]->ev_error);
      CHECK(daos_event_fini(ended[i]));
    }
    started -= count;
  }
}

static void write_all(daos_handle_t array, daos_handle_t queue, double* cells) {
  struct transfer transfers[kPieces];
  for (int i = 0; i < kPieces; i++) {
    prepare(&transfers[i], queue, i * kPieceCells, cells + i * kPieceCells, kPieceCells);
    CHECK(
        daos_array_write(array, DAOS_TX_NONE, &transfers[i].place, &transfers[i].list, &transfers[i].event));
  }
  finish(queue, kPieces);
}

/* Any part can be read; here without an event, so the call waits. */
static void read_part(daos_handle_t array, uint64_t first) {
  double cells[3];
  d_iov_t memory;
  d_sg_list_t list = {1, 0, &memory};
  daos_range_t range = {.rg_idx = first, .rg_len = 3};
  daos_array_iod_t place = {.arr_nr = 1, .arr_rgs = &range};
  d_iov_set(&memory, cells, sizeof cells);
  CHECK(daos_array_read(array, DAOS_TX_NONE, &place, &list, NULL));
  printf("cells from %d: %g %g %g\n", (int)first, cells[0], cells[1], cells[2]);
}

static daos_handle_t make_array(daos_handle_t container) {
  daos_obj_id_t id = {0, 0};
  daos_handle_t array;
  /* A number that nobody else has in this container. */
  CHECK(daos_cont_alloc_oids(container, 1, &id.lo, NULL));
  CHECK(daos_array_generate_oid(container, &id, true, OC_SX, 0, 0));
  CHECK(daos_array_create(container, id, DAOS_TX_NONE, sizeof(double), 4096, &array, NULL));
  return array;
}

static void use_array(daos_handle_t container) {
  static double cells[kCells];
  daos_handle_t array = make_array(container);
  daos_handle_t queue;
  daos_size_t size = 0;
  for (int i = 0; i < kCells; i++) cells[i] = i * 0.5;
  CHECK(daos_eq_create(&queue));
  write_all(array, queue, cells);
  CHECK(daos_eq_destroy(queue, 0));
  CHECK(daos_array_get_size(array, DAOS_TX_NONE, &size, NULL));
  printf("the array has %d cells\n", (int)size);
  read_part(array, 4095); /* across two chunks */
  CHECK(daos_array_set_size(array, DAOS_TX_NONE, 100, NULL));
  CHECK(daos_array_get_size(array, DAOS_TX_NONE, &size, NULL));
  printf("cut, it has %d cells\n", (int)size);
  CHECK(daos_array_destroy(array, DAOS_TX_NONE, NULL));
  CHECK(daos_array_close(array, NULL));
}

int main(int argc, char** argv) {
  daos_handle_t pool, container;
  if (argc != 3) return fprintf(stderr, "usage: arrays POOL CONTAINER\n"), 2;
  CHECK(daos_init());
  CHECK(daos_pool_connect(argv[1], NULL, DAOS_PC_RW, &pool, NULL, NULL));
  int rc = daos_cont_create_with_label(pool, argv[2], NULL, NULL, NULL);
  if (rc != -DER_EXIST) CHECK(rc);
  CHECK(daos_cont_open(pool, argv[2], DAOS_COO_RW, &container, NULL, NULL));
  use_array(container);
  CHECK(daos_cont_close(container, NULL));
  CHECK(daos_pool_disconnect(pool, NULL));
  CHECK(daos_fini());
  return 0;
}

/* Writes and reads in an endless loop, some operations at a time by events and one by one, small and large: what
 * killed_client_test.py kills. Usage: endless POOL */
#include <daos.h>
#include <string.h>

#include "expect.h"

enum { IN_FLIGHT = 8, LARGE = 1 << 20 };

struct operation {
  daos_event_t event;
  char key[16];
  daos_key_t dkey;
  daos_iod_t iod;
  d_iov_t iov;
  d_sg_list_t sgl;
  char data[LARGE];
};

static struct operation operations[IN_FLIGHT];

static void prepare(struct operation *operation, int round, int index)
{
  size_t bytes = (round + index) % 4 == 0 ? LARGE : 64;

  snprintf(operation->key, sizeof(operation->key), "%d", (round * IN_FLIGHT + index) % 100);
  d_iov_set(&operation->dkey, operation->key, strlen(operation->key));
  memset(&operation->iod, 0, sizeof(operation->iod));
  d_iov_set(&operation->iod.iod_name, "a", 1);
  operation->iod.iod_type = DAOS_IOD_SINGLE;
  operation->iod.iod_nr = 1;
  operation->iod.iod_size = bytes;
  d_iov_set(&operation->iov, operation->data, bytes);
  operation->sgl.sg_nr = 1;
  operation->sgl.sg_iovs = &operation->iov;
}

int main(int argc, char **argv)
{
  daos_handle_t pool, container, object, queue;
  daos_obj_id_t oid = {.lo = 7};
  daos_event_t *done[IN_FLIGHT];

  EXPECT(argc, 2);
  EXPECT(daos_init(), 0);
  EXPECT(daos_pool_connect(argv[1], NULL, DAOS_PC_RW, &pool, NULL, NULL), 0);
  daos_cont_create_with_label(pool, "endless", NULL, NULL, NULL);
  EXPECT(daos_cont_open(pool, "endless", DAOS_COO_RW, &container, NULL, NULL), 0);
  EXPECT(daos_obj_generate_oid(container, &oid, DAOS_OT_MULTI_HASHED, OC_SX, 0, 0), 0);
  EXPECT(daos_obj_open(container, oid, DAOS_OO_RW, &object, NULL), 0);
  EXPECT(daos_eq_create(&queue), 0);
  for (int i = 0; i < IN_FLIGHT; i++) EXPECT(daos_event_init(&operations[i].event, queue, NULL), 0);
  for (int round = 0;; round++) {
    for (int i = 0; i < IN_FLIGHT; i++) {
      struct operation *each = &operations[i];

      prepare(each, round, i);
      EXPECT(daos_obj_update(object, DAOS_TX_NONE, 0, &each->dkey, 1, &each->iod, &each->sgl,
                 &each->event), 0);
    }
    for (int left = IN_FLIGHT; left > 0;) {
      int count = daos_eq_poll(queue, 1, DAOS_EQ_WAIT, IN_FLIGHT, done);

      EXPECT(count > 0, 1);
      for (int i = 0; i < count; i++) EXPECT(done[i]->ev_error, 0);
      left -= count;
    }
    for (int i = 0; i < IN_FLIGHT; i++) {
      struct operation *each = &operations[i];

      EXPECT(daos_obj_fetch(object, DAOS_TX_NONE, 0, &each->dkey, 1, &each->iod, &each->sgl, NULL,
                NULL), 0);
    }
  }
}

/*
 * What the system keeps of pools and containers, through the DAOS API, against any system: metadata POOL. Everything
 * is done twice, as in api.c.
 */
#include <daos.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* The calls for pools and for containers are the same. */
struct attribute_calls {
  int (*set)(daos_handle_t, int, char const *const *, void const *const *, size_t const *, daos_event_t *);
  int (*get)(daos_handle_t, int, char const *const *, void *const *, size_t *, daos_event_t *);
  int (*list)(daos_handle_t, char *, size_t *, daos_event_t *);
  int (*del)(daos_handle_t, int, char const *const *, daos_event_t *);
};

static void attributes(const struct attribute_calls *calls, daos_handle_t handle) {
  EVENTS;
  static char long_name[513], large[600 << 10];
  const char *names[] = {"a", "bb", "ccc"};
  const char *wanted[] = {"ccc", "none", "a"};
  const void *values[] = {"1", "two\0two", "333"};
  size_t sizes[] = {1, 7, 3};
  char first[8] = ".......", second[8] = ".......", list[16];
  void *buffers[] = {first, second, NULL};
  size_t room[] = {2, 8, 8}, size = 0;
  const char *name = long_name;
  const void *value = large;

  EXPECT(RUN(calls->list, handle, NULL, &size), 0);
  EXPECT(size, 0);
  EXPECT(RUN(calls->get, handle, 1, names, buffers, room), -DER_NONEXIST);
  EXPECT(RUN(calls->set, handle, 3, names, values, sizes), 0);
  EXPECT(RUN(calls->get, handle, 3, wanted, buffers, room), 0);
  EXPECT(room[0] == 3 && room[1] == 0 && room[2] == 1, 1);
  EXPECT(strcmp(first, "33.....") == 0 && strcmp(second, ".......") == 0, 1);
  EXPECT(RUN(calls->list, handle, NULL, &size), 0);
  EXPECT(size, 9);
  /* A name that does not fit is left out, a shorter one behind it is not. */
  memset(list, '.', sizeof(list));
  size = 4;
  EXPECT(RUN(calls->list, handle, list, &size), 0);
  EXPECT(size, 9);
  EXPECT(memcmp(list, "a\0..", 4), 0);
  size = sizeof(list);
  EXPECT(RUN(calls->list, handle, list, &size), 0);
  EXPECT(memcmp(list, "a\0bb\0ccc\0.", 10), 0);
  /* Replaced; the others stay. */
  sizes[1] = 2;
  EXPECT(RUN(calls->set, handle, 1, names + 1, values + 1, sizes + 1), 0);
  room[1] = 8;
  EXPECT(RUN(calls->get, handle, 1, names + 1, buffers + 1, room + 1), 0);
  EXPECT(room[1], 2);
  EXPECT(memcmp(second, "tw.", 3), 0);
  EXPECT(RUN(calls->del, handle, 3, wanted), 0);
  EXPECT(RUN(calls->del, handle, 3, wanted), -DER_NONEXIST);
  /* What cannot be. */
  sizes[0] = 0;
  EXPECT(RUN(calls->set, handle, 1, names, values, sizes), -DER_INVAL);
  EXPECT(RUN(calls->set, handle, 0, names, values, sizes), -DER_INVAL);
  EXPECT(RUN(calls->get, handle, -1, names, buffers, room), -DER_INVAL);
  EXPECT(RUN(calls->list, handle, list, NULL), -DER_INVAL);
  memset(long_name, 'n', 512);
  memset(large, 'v', sizeof(large));
  sizes[0] = 1;
  EXPECT(RUN(calls->set, handle, 1, &name, values, sizes), -DER_INVAL);
  long_name[511] = '\0';
  EXPECT(RUN(calls->set, handle, 1, &name, values, sizes), 0);
  EXPECT(RUN(calls->del, handle, 1, &name), 0);
  sizes[0] = sizeof(large);
  EXPECT(RUN(calls->set, handle, 1, names, &value, sizes), -DER_REC2BIG);
  EXPECT(RUN(calls->del, handle, 1, names + 1), 0);
  EXPECT(calls->list(DAOS_HDL_INVAL, list, &size, NULL), -DER_NO_HDL);
}

static void read_only(const char *pool, const char *label) {
  EVENTS;
  daos_handle_t poh, coh;
  const char *name = "a";
  const void *value = "1";
  size_t size = 1;

  EXPECT(RUN(daos_pool_connect, pool, NULL, DAOS_PC_RO, &poh, NULL), 0);
  EXPECT(RUN(daos_cont_open, poh, label, DAOS_COO_RO, &coh, NULL), 0);
  EXPECT(RUN(daos_pool_set_attr, poh, 1, &name, &value, &size), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_set_attr, coh, 1, &name, &value, &size), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_del_attr, coh, 1, &name), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_list_attr, coh, NULL, &size), 0);
  EXPECT(RUN(daos_cont_close, coh), 0);
  EXPECT(RUN(daos_pool_disconnect, poh), 0);
}

static const struct attribute_calls pool_attributes = {daos_pool_set_attr, daos_pool_get_attr, daos_pool_list_attr,
                                                       daos_pool_del_attr};
static const struct attribute_calls container_attributes = {daos_cont_set_attr, daos_cont_get_attr,
                                                            daos_cont_list_attr, daos_cont_del_attr};

static void everything(const char *pool, const char *label) {
  EVENTS;
  daos_handle_t poh, coh;

  EXPECT(RUN(daos_pool_connect, pool, NULL, DAOS_PC_RW, &poh, NULL), 0);
  EXPECT(RUN(daos_cont_create_with_label, poh, label, NULL, NULL), 0);
  EXPECT(RUN(daos_cont_open, poh, label, DAOS_COO_RW, &coh, NULL), 0);
  attributes(&pool_attributes, poh);
  attributes(&container_attributes, coh);
  read_only(pool, label);
  EXPECT(RUN(daos_cont_close, coh), 0);
  EXPECT(RUN(daos_cont_destroy, poh, label, 0), 0);
  EXPECT(RUN(daos_pool_disconnect, poh), 0);
}

int main(int argc, char **argv) {
  EXPECT(argc, 2);
  EXPECT(daos_init(), 0);
  queue = (daos_handle_t){0};
  everything(argv[1], "waiting");
  EXPECT(daos_eq_create(&queue), 0);
  everything(argv[1], "queued");
  EXPECT(daos_eq_destroy(queue, 0), 0);
  EXPECT(daos_fini(), 0);
  puts("as it should be");
  return 0;
}

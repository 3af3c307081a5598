/*
 * What the system keeps of pools and containers, through the DAOS API, against any system: metadata POOL. Everything
 * is done twice, as in api.c.
 */
#include <daos.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static struct daos_acl *list_from(const char *entry, const char *second) {
  const char *entries[] = {entry, second};
  struct daos_acl *list = NULL;

  EXPECT(daos_acl_from_strs(entries, second == NULL ? 1 : 2, &list), 0);
  return list;
}

/* What the list of the container says, entries with blanks between. */
static const char *list_text(daos_handle_t coh) {
  EVENTS;
  static char text[512];
  daos_prop_t *properties = NULL;
  char **entries = NULL;
  size_t count = 0;

  text[0] = '\0';
  EXPECT(RUN(daos_cont_get_acl, coh, &properties), 0);
  EXPECT(properties->dpp_nr, 3);
  EXPECT(daos_acl_to_strs(daos_prop_entry_get(properties, DAOS_PROP_CO_ACL)->dpe_val_ptr, &entries, &count), 0);
  for (size_t i = 0; i < count; i++) {
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", entries[i]);
    free(entries[i]);
  }
  free(entries);
  daos_prop_free(properties);
  return text;
}

static void expect_owner(daos_handle_t coh, const char *owner) {
  EVENTS;
  daos_prop_t *properties = daos_prop_alloc(1);

  properties->dpp_entries[0].dpe_type = DAOS_PROP_CO_OWNER;
  EXPECT(RUN(daos_cont_query, coh, NULL, properties), 0);
  EXPECT(strcmp(properties->dpp_entries[0].dpe_str, owner), 0);
  daos_prop_free(properties);
}

/* The owner takes all permissions away; what is left is the list itself. */
static void locked_out(daos_handle_t poh, const char *label, daos_handle_t coh) {
  EVENTS;
  daos_handle_t locked, oh;
  struct daos_acl *none = list_from("A::OWNER@:", NULL), *all = list_from("A::OWNER@:rwdtTaAo", "A:G:GROUP@:rwtT");
  daos_prop_t *properties = daos_prop_alloc(0);
  daos_obj_id_t id = {1, 0};
  size_t size = 0;

  EXPECT(RUN(daos_cont_overwrite_acl, coh, none), 0);
  EXPECT(strcmp(list_text(coh), "A::OWNER@: "), 0);
  EXPECT(RUN(daos_cont_open, poh, label, DAOS_COO_RW, &locked, NULL), 0);
  EXPECT(daos_obj_generate_oid(coh, &id, DAOS_OT_MULTI_HASHED, OC_S1, 0, 0), 0);
  EXPECT(RUN(daos_obj_open, locked, id, DAOS_OO_RO, &oh), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_query, locked, NULL, properties), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_list_attr, locked, NULL, &size), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_set_owner_no_check, locked, "other@", NULL), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_overwrite_acl, locked, all), 0);
  EXPECT(RUN(daos_cont_close, locked), 0);
  EXPECT(RUN(daos_cont_open, poh, label, DAOS_COO_RO, &locked, NULL), 0);
  EXPECT(RUN(daos_cont_overwrite_acl, locked, all), -DER_NO_PERM);
  EXPECT(RUN(daos_obj_open, locked, id, DAOS_OO_RO, &oh), 0);
  EXPECT(RUN(daos_obj_close, oh), 0);
  EXPECT(RUN(daos_cont_close, locked), 0);
  daos_prop_free(properties);
  daos_acl_free(none);
  daos_acl_free(all);
}

static void access_lists(daos_handle_t poh, const char *label, daos_handle_t coh) {
  EVENTS;
  char *me = NULL;
  struct daos_acl *everyone = list_from("A::EVERYONE@:r", NULL);

  EXPECT(daos_acl_uid_to_principal(geteuid(), &me), 0);
  expect_owner(coh, me);
  EXPECT(strcmp(list_text(coh), "A::OWNER@:rwdtTaAo A:G:GROUP@:rwtT "), 0);
  EXPECT(RUN(daos_cont_update_acl, coh, everyone), 0);
  EXPECT(strcmp(list_text(coh), "A::OWNER@:rwdtTaAo A:G:GROUP@:rwtT A::EVERYONE@:r "), 0);
  EXPECT(RUN(daos_cont_delete_acl, coh, DAOS_ACL_EVERYONE, NULL), 0);
  EXPECT(RUN(daos_cont_delete_acl, coh, DAOS_ACL_EVERYONE, NULL), -DER_NONEXIST);
  EXPECT(RUN(daos_cont_delete_acl, coh, DAOS_ACL_USER, NULL), -DER_INVAL);
  EXPECT(RUN(daos_cont_overwrite_acl, coh, NULL), -DER_INVAL);
  locked_out(poh, label, coh);
  EXPECT(RUN(daos_cont_set_owner, coh, "no-such-user-here@", NULL), -DER_NONEXIST);
  EXPECT(RUN(daos_cont_set_owner, coh, NULL, NULL), -DER_INVAL);
  EXPECT(RUN(daos_cont_set_owner_no_check, coh, "no-such-user-here@", NULL), 0);
  expect_owner(coh, "no-such-user-here@");
  EXPECT(RUN(daos_cont_set_owner, coh, me, NULL), 0);
  expect_owner(coh, me);
  free(me);
  daos_acl_free(everyone);
}

/* What is set is told; also by those who open the container later. */
static void properties(daos_handle_t poh, const char *label) {
  EVENTS;
  daos_handle_t coh;
  daos_prop_t *wanted = daos_prop_alloc(3), *told = daos_prop_alloc(4), *pool = daos_prop_alloc(2);

  wanted->dpp_entries[0].dpe_type = DAOS_PROP_CO_SNAPSHOT_MAX;
  wanted->dpp_entries[0].dpe_val = 7;
  wanted->dpp_entries[1].dpe_type = DAOS_PROP_CO_EC_CELL_SZ;
  wanted->dpp_entries[1].dpe_val = 65536;
  wanted->dpp_entries[2].dpe_type = DAOS_PROP_CO_OWNER_GROUP;
  EXPECT(daos_prop_entry_set_str(&wanted->dpp_entries[2], "readers@", 8), 0);
  EXPECT(RUN(daos_cont_create_with_label, poh, "before", wanted, NULL), 0);
  EXPECT(RUN(daos_cont_open, poh, "before", DAOS_COO_RW, &coh, NULL), 0);
  daos_prop_free(wanted);
  wanted = daos_prop_alloc(2);
  wanted->dpp_entries[0].dpe_type = DAOS_PROP_CO_SNAPSHOT_MAX;
  wanted->dpp_entries[0].dpe_val = 9;
  wanted->dpp_entries[1].dpe_type = DAOS_PROP_CO_LABEL;
  EXPECT(daos_prop_entry_set_str(&wanted->dpp_entries[1], label, strlen(label)), 0);
  EXPECT(RUN(daos_cont_set_prop, coh, wanted), -DER_EXIST);
  EXPECT(daos_prop_entry_set_str(&wanted->dpp_entries[1], "after", 5), 0);
  EXPECT(RUN(daos_cont_set_prop, coh, wanted), 0);
  wanted->dpp_nr = 1;
  wanted->dpp_entries[0].dpe_type = DAOS_PROP_CO_EC_CELL_SZ;
  EXPECT(RUN(daos_cont_set_prop, coh, wanted), -DER_INVAL);
  wanted->dpp_nr = 2;
  EXPECT(RUN(daos_cont_close, coh), 0);
  EXPECT(RUN(daos_cont_open, poh, "before", DAOS_COO_RW, &coh, NULL), -DER_NONEXIST);
  EXPECT(RUN(daos_cont_open, poh, "after", DAOS_COO_RO, &coh, NULL), 0);
  told->dpp_entries[0].dpe_type = DAOS_PROP_CO_SNAPSHOT_MAX;
  told->dpp_entries[1].dpe_type = DAOS_PROP_CO_EC_CELL_SZ;
  told->dpp_entries[2].dpe_type = DAOS_PROP_CO_OWNER_GROUP;
  told->dpp_entries[3].dpe_type = DAOS_PROP_CO_LABEL;
  EXPECT(RUN(daos_cont_query, coh, NULL, told), 0);
  EXPECT(told->dpp_entries[0].dpe_val, 9);
  EXPECT(told->dpp_entries[1].dpe_val, 65536);
  EXPECT(strcmp(told->dpp_entries[2].dpe_str, "readers@"), 0);
  EXPECT(strcmp(told->dpp_entries[3].dpe_str, "after"), 0);
  EXPECT(RUN(daos_cont_close, coh), 0);
  EXPECT(RUN(daos_cont_destroy, poh, "after", 0), 0);
  pool->dpp_entries[0].dpe_type = DAOS_PROP_PO_ACL;
  pool->dpp_entries[1].dpe_type = DAOS_PROP_PO_OWNER;
  EXPECT(RUN(daos_pool_query, poh, NULL, NULL, pool), 0);
  EXPECT(daos_acl_validate(pool->dpp_entries[0].dpe_val_ptr), 0);
  EXPECT(strchr(pool->dpp_entries[1].dpe_str, '@') != NULL, 1);
  daos_prop_free(wanted);
  daos_prop_free(told);
  daos_prop_free(pool);
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
  access_lists(poh, label, coh);
  properties(poh, label);
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

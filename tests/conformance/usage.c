/* What programs do with the headers' macros and inline functions; compiled as C and as C++, not run. */
#include <daos.h>
#include <daos/common.h>
#include <daos_fs_sys.h>
#include <daos_s3.h>
#include <daos_task.h>
#include <daos_uns.h>
#include <gurt/hash.h>
#include <gurt/heap.h>
#include <gurt/slab.h>

struct record {
  d_list_t link;
  char *name;
};

#define PRINT_ERROR(name, desc) printf("%d %s\n", name, #desc);

static void print_errors(void) { D_FOREACH_GURT_ERR(PRINT_ERROR) D_FOREACH_DAOS_ERR(PRINT_ERROR) }

static bool same_name(struct d_hash_table *table, d_list_t *link, const void *key, unsigned int size) {
  (void)table;
  return strncmp(container_of(link, struct record, link)->name, (const char *)key, size) == 0;
}

static d_hash_table_ops_t make_operations(void) {
  d_hash_table_ops_t operations;

  memset(&operations, 0, sizeof(operations));
  operations.hop_key_cmp = same_name;
  return operations;
}

static int use_memory(char **copy) {
  uint32_t *numbers = NULL;
  uint32_t *more = NULL;
  struct record *record = NULL;
  int rc = 0;

  D_ALLOC_ARRAY(numbers, 4);
  if (numbers == NULL) D_GOTO(out, rc = -DER_NOMEM);
  D_REALLOC_ARRAY(more, numbers, 4, 8);
  if (more == NULL) D_GOTO(out, rc = -DER_NOMEM);
  D_ALLOC_PTR(record);
  D_STRNDUP(*copy, "text", 4);
  D_ASPRINTF(record->name, "%d", 1);
out:
  if (record != NULL) D_FREE(record->name);
  D_FREE(record);
  D_FREE(more);
  D_FREE(numbers);
  return rc;
}

static void use_lists(void) {
  D_LIST_HEAD(head);
  struct record first = {{NULL, NULL}, NULL};
  struct record *pos;
  struct record *next;

  d_list_add_tail(&first.link, &head);
  d_list_for_each_entry(pos, &head, link) D_INFO("%s\n", pos->name);
  d_list_for_each_entry_safe(pos, next, &head, link) d_list_del_init(&pos->link);
  pos = d_list_pop_entry(&head, struct record, link);
  D_ASSERT(pos == NULL);
  D_ASSERTF(d_list_empty(&head), "it has %s\n", "entries");
}

static void use_log(int rc) {
  D_ERROR("plain\n");
  D_DEBUG(DB_ANY, "value %d\n", rc);
  DL_ERROR(rc, "it failed");
  DL_WARN(rc, "it failed %d times", 2);
  DHL_ERROR(&rc, rc, "it failed");
  DS_ERROR(EIO, "it failed");
  D_TRACE_DEBUG(DB_IO, &rc, "here\n");
  D_PRINT("error " DF_RC "\n", DP_RC(rc));
}

static int use_handles(void) {
  daos_handle_t handle = DAOS_HDL_INVAL;
  daos_obj_id_t oid = DAOS_OBJ_NIL;
  daos_anchor_t anchor = DAOS_ANCHOR_INIT;
  daos_event_t event;
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  daos_range_t range = {0, 1};
  d_iov_t iov;
  int rc;

  d_iov_set(&iov, &range, sizeof(range));
  oid.hi |= ((uint64_t)DAOS_OT_KV_HASHED << OID_FMT_TYPE_SHIFT) | ((uint64_t)OR_RP_1 << OID_FMT_CLASS_SHIFT);
  rc = daos_event_init(&event, DAOS_HDL_INVAL, NULL);
  handle = DAOS_TX_NONE;
  while (rc == 0 && !daos_anchor_is_eof(&anchor)) {
    uint32_t count = 1;
    daos_key_desc_t kd;
    d_sg_list_t sgl = {1, 0, &iov};

    rc = daos_obj_list_dkey(handle, DAOS_TX_NONE, &count, &kd, &sgl, &anchor, &event);
  }
  D_MUTEX_LOCK(&lock);
  D_MUTEX_UNLOCK(&lock);
  return daos_is_kv(oid) && daos_label_is_valid("tank") ? daos_der2errno(rc) : 0;
}

int main(void) {
  char *copy = NULL;
  d_hash_table_ops_t operations = make_operations();
  struct d_hash_table *table = NULL;
  int rc = d_hash_table_create(D_HASH_FT_EPHEMERAL | D_HASH_FT_NOLOCK | D_HASH_FT_LRU, 4, NULL, &operations, &table);

  print_errors();
  use_lists();
  use_log(rc);
  D_CASSERT(sizeof(daos_event_t) == 176);
#if DAOS_API_VERSION_MAJOR > 2 || (DAOS_API_VERSION_MAJOR == 2 && DAOS_API_VERSION_MINOR >= 3)
  return use_memory(&copy) + use_handles();
#endif
}

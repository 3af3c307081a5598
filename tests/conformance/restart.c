/*
 * Writes blocks one after the other and says which are acknowledged, or looks whether they are there:
 * restart POOL CONTAINER write|verify COUNT. restart_test.py kills the server meanwhile. Ends with 3 if a call has
 * failed: the block is not acknowledged then, and may be there or not.
 */
#include <daos.h>
#include <daos_fs.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "expect.h"

enum { kBlock = 64 * 1024, kFailed = 3 };

struct place {
  dfs_t *dfs;
  dfs_obj_t *file;
  daos_handle_t kv;
};

static void fill(unsigned char *block, int number) {
  for (int i = 0; i < kBlock; i++) block[i] = (unsigned char)(number * 31 + i * 7 + (i >> 8));
}

static d_sg_list_t *list_of(d_sg_list_t *list, d_iov_t *iov, void *bytes) {
  d_iov_set(iov, bytes, kBlock);
  list->sg_nr = 1;
  list->sg_nr_out = 0;
  list->sg_iovs = iov;
  return list;
}

/* A block of the file, and a value by the block's number. */
static int write_block(struct place *place, int number) {
  static unsigned char block[kBlock];
  d_sg_list_t list;
  d_iov_t iov;
  char key[16];
  int rc;

  fill(block, number);
  snprintf(key, sizeof(key), "%d", number);
  rc = dfs_write(place->dfs, place->file, list_of(&list, &iov, block), (daos_off_t)number * kBlock, NULL);
  return rc != 0 ? rc : daos_kv_put(place->kv, DAOS_TX_NONE, 0, key, sizeof(number), &number, NULL);
}

static void verify_block(struct place *place, int number) {
  static unsigned char block[kBlock], expected[kBlock];
  d_sg_list_t list;
  d_iov_t iov;
  daos_size_t read = 0, size = sizeof(int);
  char key[16];
  int value = -1;

  fill(expected, number);
  EXPECT(dfs_read(place->dfs, place->file, list_of(&list, &iov, block), (daos_off_t)number * kBlock, &read, NULL), 0);
  EXPECT(read, kBlock);
  EXPECT(memcmp(block, expected, kBlock), 0);
  snprintf(key, sizeof(key), "%d", number);
  EXPECT(daos_kv_get(place->kv, DAOS_TX_NONE, 0, key, &size, &value, NULL), 0);
  EXPECT(value, number);
}

static void write_all(struct place *place, int count) {
  for (int number = 0; number < count; number++) {
    int rc = write_block(place, number);
    if (rc != 0) {
      fprintf(stderr, "block %d: %d: %s\n", number, rc, firn_last_error());
      exit(kFailed);
    }
    printf("%d\n", number);
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  daos_handle_t pool, container;
  daos_obj_id_t id = {77, 0};
  struct place place;
  dfs_attr_t attributes = {.da_chunk_size = 1 << 20};
  int rc;

  EXPECT(argc, 5);
  EXPECT(daos_init(), 0);
  EXPECT(daos_pool_connect(argv[1], NULL, DAOS_PC_RW, &pool, NULL, NULL), 0);
  rc = dfs_cont_create_with_label(pool, argv[2], &attributes, NULL, NULL, NULL);
  EXPECT(rc == 0 || rc == EEXIST, 1);
  EXPECT(daos_cont_open(pool, argv[2], DAOS_COO_RW, &container, NULL, NULL), 0);
  EXPECT(dfs_mount(pool, container, O_RDWR, &place.dfs), 0);
  EXPECT(dfs_open(place.dfs, NULL, "blocks", S_IFREG | 0600, O_RDWR | O_CREAT, 0, 0, NULL, &place.file), 0);
  EXPECT(daos_obj_generate_oid(container, &id, DAOS_OT_KV_HASHED, OC_SX, 0, 0), 0);
  EXPECT(daos_kv_open(container, id, DAOS_OO_RW, &place.kv, NULL), 0);
  if (strcmp(argv[3], "write") == 0) {
    write_all(&place, atoi(argv[4]));
  } else {
    for (int number = 0; number < atoi(argv[4]); number++) verify_block(&place, number);
  }
  EXPECT(daos_kv_close(place.kv, NULL), 0);
  EXPECT(dfs_release(place.file), 0);
  EXPECT(dfs_umount(place.dfs), 0);
  EXPECT(daos_cont_close(container, NULL), 0);
  EXPECT(daos_pool_disconnect(pool, NULL), 0);
  EXPECT(daos_fini(), 0);
  return 0;
}

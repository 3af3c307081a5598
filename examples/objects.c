/*
 * Objects of keys: objects POOL CONTAINER
 *
 * An object has keys of two levels. All below one first-level key (dkey) is in one place and is changed in
 * one step; the keys below it (akeys) hold either one value of any size, or an array of cells of one size. A
 * key-value object is the simpler face: text keys, one value each.
 */
#include <daos.h>
#include <string.h>

#include "check.h"

static daos_key_t key_of(const char* text) {
  daos_key_t key;
  d_iov_set(&key, (void*)text, strlen(text));
  return key;
}

/* What of an akey is written or read: its one value. */
static daos_iod_t value_of(const char* akey, daos_size_t size) {
  daos_iod_t iod = {0};
  iod.iod_name = key_of(akey);
  iod.iod_type = DAOS_IOD_SINGLE;
  iod.iod_size = size;
  iod.iod_nr = 1;
  return iod;
}

/* Two values below one dkey, in one call: readers see both or none. */
static void write_station(daos_handle_t object, const char* station, const char* city, double celsius) {
  daos_key_t dkey = key_of(station);
  daos_iod_t iods[] = {value_of("city", strlen(city)), value_of("celsius", sizeof celsius)};
  d_iov_t memory[2];
  d_sg_list_t lists[] = {{1, 0, &memory[0]}, {1, 0, &memory[1]}};
  d_iov_set(&memory[0], (void*)city, strlen(city));
  d_iov_set(&memory[1], &celsius, sizeof celsius);
  CHECK(daos_obj_update(object, DAOS_TX_NONE, 0, &dkey, 2, iods, lists, NULL));
}

static void read_station(daos_handle_t object, const char* station) {
  daos_key_t dkey = key_of(station);
  char city[64];
  double celsius = 0;
  /* A value's size need not be known; iod_size has it afterwards. 0: it is not there. */
  daos_iod_t iods[] = {value_of("city", DAOS_REC_ANY), value_of("celsius", DAOS_REC_ANY)};
  d_iov_t memory[2];
  d_sg_list_t lists[] = {{1, 0, &memory[0]}, {1, 0, &memory[1]}};
  d_iov_set(&memory[0], city, sizeof city);
  d_iov_set(&memory[1], &celsius, sizeof celsius);
  CHECK(daos_obj_fetch(object, DAOS_TX_NONE, 0, &dkey, 2, iods, lists, NULL, NULL));
  printf("%s: %.*s, %.1f C\n", station, (int)iods[0].iod_size, city, celsius);
}

/* Keys come in pages; the anchor remembers where the next one begins. */
static void list_stations(daos_handle_t object) {
  daos_anchor_t anchor = DAOS_ANCHOR_INIT;
  while (!daos_anchor_is_eof(&anchor)) {
    daos_key_desc_t lengths[8];
    uint32_t count = 8;
    char names[256];
    const char* name = names;
    d_iov_t memory;
    d_sg_list_t list = {1, 0, &memory};
    d_iov_set(&memory, names, sizeof names);
    CHECK(daos_obj_list_dkey(object, DAOS_TX_NONE, &count, lengths, &list, &anchor, NULL));
    for (uint32_t i = 0; i < count; i++) {
      printf("station %.*s\n", (int)lengths[i].kd_key_len, name);
      name += lengths[i].kd_key_len;
    }
  }
}

static void use_keys(daos_handle_t container) {
  daos_obj_id_t id = {.lo = 1, .hi = 0}; /* the program's choice: 96 bits */
  daos_handle_t object;
  /* DKEY_LEXICAL: keys are listed in order. OC_S1: one place; OC_SX spreads the dkeys over all targets. */
  CHECK(daos_obj_generate_oid(container, &id, DAOS_OT_DKEY_LEXICAL, OC_S1, 0, 0));
  CHECK(
      daos_obj_open(container, id, DAOS_OO_RW, &object, NULL)); /* asks no server; writing makes the object */
  write_station(object, "summit", "Zermatt", -11.5);
  write_station(object, "glacier", "Grindelwald", -3.0);
  write_station(object, "glacier", "Grindelwald", -2.5); /* the newest is what is read */
  list_stations(object);
  read_station(object, "glacier");
  read_station(object, "summit");
  CHECK(daos_obj_close(object, NULL));
}

static void use_key_values(daos_handle_t container) {
  daos_obj_id_t id = {.lo = 2, .hi = 0};
  daos_handle_t kv;
  char unit[16];
  daos_size_t size = sizeof unit;
  CHECK(daos_obj_generate_oid(container, &id, DAOS_OT_KV_HASHED, OC_SX, 0, 0));
  CHECK(daos_kv_open(container, id, DAOS_OO_RW, &kv, NULL));
  CHECK(daos_kv_put(kv, DAOS_TX_NONE, 0, "unit", strlen("celsius"), "celsius", NULL));
  CHECK(daos_kv_get(kv, DAOS_TX_NONE, 0, "unit", &size, unit, NULL));
  printf("unit is %.*s\n", (int)size, unit);
  CHECK(daos_kv_remove(kv, DAOS_TX_NONE, 0, "unit", NULL));
  size = sizeof unit;
  CHECK(daos_kv_get(kv, DAOS_TX_NONE, 0, "unit", &size, unit, NULL));
  printf("removed, it has %d bytes\n", (int)size);
  CHECK(daos_kv_close(kv, NULL));
}

int main(int argc, char** argv) {
  daos_handle_t pool, container;
  if (argc != 3) return fprintf(stderr, "usage: objects POOL CONTAINER\n"), 2;
  CHECK(daos_init());
  CHECK(daos_pool_connect(argv[1], NULL, DAOS_PC_RW, &pool, NULL, NULL));
  int rc = daos_cont_create_with_label(pool, argv[2], NULL, NULL, NULL);
  if (rc != -DER_EXIST) CHECK(rc);
  CHECK(daos_cont_open(pool, argv[2], DAOS_COO_RW, &container, NULL, NULL));
  use_keys(container);
  use_key_values(container);
  CHECK(daos_cont_close(container, NULL));
  CHECK(daos_pool_disconnect(pool, NULL));
  CHECK(daos_fini());
  return 0;
}

/*
 * The DAOS API as a program uses it, against any system: api POOL. Everything is done twice: with calls that wait, and
 * with events of a queue. Prints the first thing that is not as it should be, and ends with 1.
 */
#include <daos.h>
#include <firn.h>
#include <gurt/common.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

/* The answer of a server is not looked at before somebody asks; an embedded engine may be done at once. */
static bool served;

struct buffer {
  d_iov_t iov;
  d_sg_list_t list;
};

static d_sg_list_t *list_of(struct buffer *buffer, void *bytes, size_t size) {
  d_iov_set(&buffer->iov, bytes, size);
  buffer->list.sg_nr = 1;
  buffer->list.sg_nr_out = 0;
  buffer->list.sg_iovs = &buffer->iov;
  return &buffer->list;
}

static daos_key_t key_of(const char *text) {
  daos_key_t key;

  d_iov_set(&key, (void *)text, strlen(text));
  return key;
}

static daos_iod_t single(const char *akey, daos_size_t size) {
  daos_iod_t iod;

  memset(&iod, 0, sizeof(iod));
  iod.iod_name = key_of(akey);
  iod.iod_type = DAOS_IOD_SINGLE;
  iod.iod_size = size;
  iod.iod_nr = 1;
  iod.iod_flags = 0xdead; /* programs leave it as it is */
  return iod;
}

static daos_iod_t array(const char *akey, daos_size_t size, daos_recx_t *recxs, uint32_t count) {
  daos_iod_t iod = single(akey, size);

  iod.iod_type = DAOS_IOD_ARRAY;
  iod.iod_nr = count;
  iod.iod_recxs = recxs;
  return iod;
}

static daos_obj_id_t make_id(daos_handle_t coh, uint64_t lo, enum daos_otype_t type, daos_oclass_id_t class) {
  daos_obj_id_t id = {lo, 0};

  EXPECT(daos_obj_generate_oid(coh, &id, type, class, 0, 0), 0);
  EXPECT(daos_obj_id2type(id), type);
  return id;
}

static void single_values(daos_handle_t coh) {
  EVENTS;
  daos_handle_t oh;
  struct buffer buffer;
  char text[16] = "hello", back[16] = "................";
  daos_key_t dkey = key_of("dkey");
  daos_iod_t iod = single("akey", 5);

  EXPECT(RUN(daos_obj_open, coh, make_id(coh, 1, DAOS_OT_MULTI_HASHED, OC_SX), DAOS_OO_RW, &oh), 0);
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, text, 5)), 0);
  iod = single("akey", DAOS_REC_ANY);
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, NULL, NULL), 0);
  EXPECT(iod.iod_size, 5);
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, back, 16), NULL), 0);
  EXPECT(memcmp(back, "hello.", 6), 0);
  EXPECT(buffer.iov.iov_len, 5);
  EXPECT(buffer.list.sg_nr_out, 1);
  iod.iod_size = DAOS_REC_ANY;
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, back, 3), NULL), -DER_REC2BIG);
  EXPECT(iod.iod_size, 5);
  /* What is not there is not an error, but with a condition. */
  iod = single("other", DAOS_REC_ANY);
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, back, 16), NULL), 0);
  EXPECT(iod.iod_size, 0);
  EXPECT(buffer.list.sg_nr_out, 0);
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, DAOS_COND_AKEY_FETCH, &dkey, 1, &iod, list_of(&buffer, back, 16), NULL),
         -DER_NONEXIST);
  iod = single("akey", 5);
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, DAOS_COND_AKEY_INSERT, &dkey, 1, &iod, list_of(&buffer, text, 5)),
         -DER_EXIST);
  iod.iod_flags = DAOS_COND_AKEY_UPDATE;
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, DAOS_COND_PER_AKEY, &dkey, 1, &iod, list_of(&buffer, text, 5)), 0);
  iod.iod_size = 6;
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, text, 5)), -DER_REC2BIG);
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, DAOS_COND_DKEY_FETCH, &dkey, 1, &iod, list_of(&buffer, text, 6)),
         -DER_INVAL);
  /* Removing a value leaves its key; removing keys takes them away, there or not. */
  iod = single("akey", DAOS_REC_ANY);
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, NULL), 0);
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, NULL, NULL), 0);
  EXPECT(iod.iod_size, 0);
  EXPECT(RUN(daos_obj_punch_akeys, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod.iod_name), 0);
  EXPECT(RUN(daos_obj_punch_dkeys, oh, DAOS_TX_NONE, 0, 1, &dkey), 0);
  EXPECT(RUN(daos_obj_punch_dkeys, oh, DAOS_TX_NONE, DAOS_COND_PUNCH, 1, &dkey), -DER_NONEXIST);
  EXPECT(RUN(daos_obj_punch, oh, DAOS_TX_NONE, 0), 0);
  EXPECT(RUN(daos_obj_close, oh), 0);
  EXPECT(RUN(daos_obj_close, oh), -DER_NO_HDL);
}

static void array_values(daos_handle_t coh) {
  EVENTS;
  daos_handle_t oh;
  struct buffer buffer;
  uint32_t values[8] = {1, 2, 3, 4, 5, 6, 7, 8}, back[8];
  daos_recx_t parts[2] = {{10, 4}, {20, 4}}, found[4];
  daos_key_t dkey = key_of("dkey"), akey = key_of("akey");
  daos_iod_t iod = array("akey", 4, parts, 2);
  daos_iom_t map;
  daos_anchor_t anchor = DAOS_ANCHOR_INIT;
  uint32_t count = 4;
  daos_size_t size = 0;

  EXPECT(RUN(daos_obj_open, coh, make_id(coh, 2, DAOS_OT_MULTI_HASHED, OC_S1), DAOS_OO_RW, &oh), 0);
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, values, sizeof(values))), 0);
  memset(back, 0xff, sizeof(back));
  memset(&map, 0, sizeof(map));
  map.iom_flags = DAOS_IOMF_DETAIL;
  parts[0].rx_idx = 8; /* two records that are not there, then two that are */
  iod = array("akey", DAOS_REC_ANY, parts, 2);
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, back, sizeof(back)), &map), 0);
  EXPECT(iod.iod_size, 4);
  EXPECT(back[0], 0xffffffff);
  EXPECT(back[2], 1);
  EXPECT(back[7], 8);
  EXPECT(map.iom_nr_out, 2);
  EXPECT(map.iom_recx_lo.rx_idx, 10);
  EXPECT(map.iom_recx_hi.rx_idx, 20);
  EXPECT(map.iom_recxs[1].rx_nr, 4);
  free(map.iom_recxs);
  iod = array("akey", DAOS_REC_ANY, parts, 2);
  EXPECT(RUN(daos_obj_fetch, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, NULL, NULL), 0);
  EXPECT(iod.iod_size, 4);
  EXPECT(RUN(daos_obj_list_recx, oh, DAOS_TX_NONE, &dkey, &akey, &size, &count, found, NULL, &anchor, false), 0);
  EXPECT(size, 4);
  EXPECT(count, 2);
  EXPECT(found[0].rx_idx, 20);
  EXPECT(daos_anchor_is_eof(&anchor), 1);
  EXPECT(RUN(daos_obj_query_key, oh, DAOS_TX_NONE, DAOS_GET_MAX | DAOS_GET_RECX, &dkey, &akey, found), 0);
  EXPECT(found[0].rx_idx + found[0].rx_nr, 24);
  EXPECT(RUN(daos_obj_query_key, oh, DAOS_TX_NONE, DAOS_GET_MAX | DAOS_GET_DKEY, &dkey, &akey, found), -DER_INVAL);
  EXPECT(RUN(daos_obj_close, oh), 0);
}

/* Numbers as keys come back as numbers, in order. */
static void number_keys(daos_handle_t coh) {
  EVENTS;
  daos_handle_t oh;
  struct buffer buffer;
  uint64_t numbers[3] = {7, 300, 1ULL << 40}, got[8], number, last = 0;
  daos_key_desc_t descriptors[8];
  daos_anchor_t anchor = DAOS_ANCHOR_INIT;
  daos_key_t dkey;
  daos_iod_t iod = single("a", 1);
  uint32_t i, count, total = 0;

  EXPECT(RUN(daos_obj_open, coh, make_id(coh, 3, DAOS_OT_DKEY_UINT64, OC_S1), DAOS_OO_RW, &oh), 0);
  for (i = 0; i < 3; i++) {
    d_iov_set(&dkey, &numbers[i], 8);
    EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, "x", 1)), 0);
  }
  while (!daos_anchor_is_eof(&anchor)) {
    count = 2;
    EXPECT(RUN(daos_obj_list_dkey, oh, DAOS_TX_NONE, &count, descriptors, list_of(&buffer, got, sizeof(got)), &anchor),
           0);
    for (i = 0; i < count; i++, total++) {
      EXPECT(descriptors[i].kd_key_len, 8);
      EXPECT(got[i], numbers[total]);
      last = got[i];
    }
  }
  EXPECT(total, 3);
  EXPECT(last, 1ULL << 40);
  d_iov_set(&dkey, &number, sizeof(number));
  EXPECT(RUN(daos_obj_query_key, oh, DAOS_TX_NONE, DAOS_GET_MAX | DAOS_GET_DKEY, &dkey, NULL, NULL), 0);
  EXPECT(number, 1ULL << 40);
  d_iov_set(&dkey, &number, 7);
  EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, "x", 1)), -DER_INVAL);
  EXPECT(RUN(daos_obj_close, oh), 0);
}

/* Every key once, whatever the room, and long ones too. */
static void many_keys(daos_handle_t coh) {
  EVENTS;
  enum { kKeys = 40, kLong = 300 };
  daos_handle_t oh;
  struct buffer buffer;
  char name[kLong + 1], room[2 * kLong], seen[kKeys];
  daos_key_desc_t descriptors[8];
  daos_anchor_t anchor = DAOS_ANCHOR_INIT;
  daos_key_t dkey;
  daos_iod_t iod = single("a", 1);
  uint32_t i, count, total = 0;
  size_t offset;

  EXPECT(RUN(daos_obj_open, coh, make_id(coh, 4, DAOS_OT_MULTI_HASHED, OC_SX), DAOS_OO_RW, &oh), 0);
  for (i = 0; i < kKeys; i++) {
    memset(name, 'k', sizeof(name));
    snprintf(name + (i % 2 == 0 ? 0 : kLong - 8), 9, "%08u", i);
    dkey = key_of(name);
    if (i % 2 == 0) dkey.iov_len = 8;
    EXPECT(RUN(daos_obj_update, oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, "x", 1)), 0);
  }
  memset(seen, 0, sizeof(seen));
  while (!daos_anchor_is_eof(&anchor)) {
    count = 3;
    EXPECT(RUN(daos_obj_list_dkey, oh, DAOS_TX_NONE, &count, descriptors, list_of(&buffer, room, sizeof(room)), &anchor),
           0);
    for (i = 0, offset = 0; i < count; i++) {
      offset += descriptors[i].kd_key_len;
      memcpy(name, room + offset - 8, 8);
      name[8] = '\0';
      EXPECT(seen[atoi(name)]++, 0);
      total++;
    }
  }
  EXPECT(total, kKeys);
  daos_anchor_init(&anchor, 0);
  count = 1;
  EXPECT(RUN(daos_obj_list_dkey, oh, DAOS_TX_NONE, &count, descriptors, list_of(&buffer, room, 4), &anchor),
         -DER_KEY2BIG);
  EXPECT(descriptors[0].kd_key_len >= 8, 1);
  EXPECT(RUN(daos_obj_close, oh), 0);
}

static void key_values(daos_handle_t coh) {
  EVENTS;
  daos_handle_t oh;
  char value[8];
  daos_size_t size = 0;
  struct buffer buffer;
  daos_key_desc_t descriptors[4];
  daos_anchor_t anchor = DAOS_ANCHOR_INIT;
  uint32_t count, total = 0;
  char names[64];

  EXPECT(RUN(daos_kv_open, coh, make_id(coh, 5, DAOS_OT_KV_HASHED, OC_SX), DAOS_OO_RW, &oh), 0);
  EXPECT(RUN(daos_kv_put, oh, DAOS_TX_NONE, 0, "one", 3, "abc"), 0);
  EXPECT(RUN(daos_kv_put, oh, DAOS_TX_NONE, DAOS_COND_KEY_INSERT, "one", 3, "abc"), -DER_EXIST);
  EXPECT(RUN(daos_kv_put, oh, DAOS_TX_NONE, DAOS_COND_KEY_UPDATE, "two", 3, "abc"), -DER_NONEXIST);
  EXPECT(RUN(daos_kv_put, oh, DAOS_TX_NONE, 0, "two", 1, "d"), 0);
  EXPECT(RUN(daos_kv_get, oh, DAOS_TX_NONE, 0, "one", &size, NULL), 0);
  EXPECT(size, 3);
  size = 2;
  EXPECT(RUN(daos_kv_get, oh, DAOS_TX_NONE, 0, "one", &size, value), -DER_REC2BIG);
  EXPECT(size, 3);
  size = sizeof(value);
  EXPECT(RUN(daos_kv_get, oh, DAOS_TX_NONE, 0, "one", &size, value), 0);
  EXPECT(memcmp(value, "abc", 3), 0);
  while (!daos_anchor_is_eof(&anchor)) {
    count = 4;
    EXPECT(RUN(daos_kv_list, oh, DAOS_TX_NONE, &count, descriptors, list_of(&buffer, names, sizeof(names)), &anchor), 0);
    total += count;
  }
  EXPECT(total, 2);
  EXPECT(RUN(daos_kv_remove, oh, DAOS_TX_NONE, 0, "one"), 0);
  size = sizeof(value);
  EXPECT(RUN(daos_kv_get, oh, DAOS_TX_NONE, 0, "one", &size, value), 0);
  EXPECT(size, 0);
  EXPECT(RUN(daos_kv_get, oh, DAOS_TX_NONE, DAOS_COND_KEY_GET, "one", &size, value), -DER_NONEXIST);
  EXPECT(RUN(daos_kv_get, oh, DAOS_TX_NONE, 0, NULL, &size, value), -DER_INVAL);
  EXPECT(RUN(daos_kv_destroy, oh, DAOS_TX_NONE), 0);
  EXPECT(RUN(daos_obj_close, oh), 0); /* takes any object's handle */
}

static void arrays(daos_handle_t coh) {
  EVENTS;
  daos_handle_t oh;
  struct buffer buffer;
  daos_obj_id_t id = make_id(coh, 6, DAOS_OT_ARRAY, OC_SX);
  daos_range_t ranges[2] = {{5, 10}, {0, 3}};
  daos_array_iod_t iod = {2, ranges, 0, 0};
  daos_array_stbuf_t stat;
  daos_size_t cell = 0, chunk = 0, size = 0;
  char bytes[13], back[13];

  EXPECT(RUN(daos_array_open, coh, id, DAOS_TX_NONE, DAOS_OO_RW, &cell, &chunk, &oh), -DER_NONEXIST);
  EXPECT(RUN(daos_array_create, coh, id, DAOS_TX_NONE, 1, 4, &oh), 0);
  EXPECT(RUN(daos_array_close, oh), 0);
  EXPECT(RUN(daos_array_create, coh, id, DAOS_TX_NONE, 1, 4, &oh), -DER_EXIST);
  EXPECT(RUN(daos_array_open, coh, id, DAOS_TX_NONE, DAOS_OO_RW, &cell, &chunk, &oh), 0);
  EXPECT(cell, 1);
  EXPECT(chunk, 4);
  memcpy(bytes, "0123456789abc", 13);
  EXPECT(RUN(daos_array_write, oh, DAOS_TX_NONE, &iod, list_of(&buffer, bytes, 13)), 0);
  EXPECT(RUN(daos_array_get_size, oh, DAOS_TX_NONE, &size), 0);
  EXPECT(size, 15);
  EXPECT(RUN(daos_array_read, oh, DAOS_TX_NONE, &iod, list_of(&buffer, back, 13)), 0);
  EXPECT(memcmp(bytes, back, 13), 0);
  EXPECT(RUN(daos_array_read, oh, DAOS_TX_NONE, &iod, list_of(&buffer, back, 12)), -DER_INVAL);
  EXPECT(RUN(daos_array_set_size, oh, DAOS_TX_NONE, 8), 0);
  EXPECT(RUN(daos_array_stat, oh, DAOS_TX_NONE, &stat), 0);
  EXPECT(stat.st_size, 8);
  EXPECT(stat.st_max_epoch > 0, 1);
  EXPECT(RUN(daos_array_destroy, oh, DAOS_TX_NONE), 0);
  EXPECT(RUN(daos_array_close, oh), 0);

  id = make_id(coh, 7, DAOS_OT_ARRAY_BYTE, OC_SX);
  EXPECT(RUN(daos_array_open_with_attr, coh, id, DAOS_TX_NONE, DAOS_OO_RW, 1, 4, &oh), 0);
  iod.arr_nr = 1;
  ranges[0].rg_idx = 2;
  ranges[0].rg_len = 4;
  EXPECT(RUN(daos_array_write, oh, DAOS_TX_NONE, &iod, list_of(&buffer, bytes, 4)), 0);
  ranges[0].rg_idx = 0;
  ranges[0].rg_len = 13;
  EXPECT(RUN(daos_array_read, oh, DAOS_TX_NONE, &iod, list_of(&buffer, back, 13)), 0);
  EXPECT(iod.arr_nr_read, 6);
  EXPECT(iod.arr_nr_short_read, 7);
  EXPECT(memcmp(back, "\0\0" "0123", 6), 0);
  EXPECT(RUN(daos_array_close, oh), 0);
}

/* Many at a time, a parent, a callback, and events that belong to nothing. */
static int count_call(void *counter, daos_event_t *event, int result) {
  EXPECT(event->ev_error, result);
  ++*(int *)counter;
  return 0;
}

static void events(daos_handle_t coh) {
  enum { kEvents = 64 };
  daos_handle_t oh, eq;
  daos_event_t event[kEvents], parent, *polled[kEvents];
  daos_iod_t iod[kEvents];
  struct buffer buffer[kEvents];
  char name[kEvents][8];
  daos_key_t dkey[kEvents];
  int i, done, called = 0;
  bool completed = false;

  memset(name, 0, sizeof(name));
  EXPECT(daos_eq_create(&eq), 0);
  EXPECT(daos_eq_poll(eq, 1, DAOS_EQ_WAIT, 1, polled), 0);
  EXPECT(daos_eq_poll(eq, 0, 1000, 1, polled), 0);
  EXPECT(daos_obj_open(coh, make_id(coh, 8, DAOS_OT_MULTI_HASHED, OC_SX), DAOS_OO_RW, &oh, NULL), 0);
  for (i = 0; i < kEvents; i++) {
    snprintf(name[i], sizeof(name[i]), "%d", i);
    dkey[i] = key_of(name[i]);
    iod[i] = single("a", sizeof(name[i]));
    EXPECT(daos_event_init(&event[i], eq, NULL), 0);
    EXPECT(daos_event_register_comp_cb(&event[i], count_call, &called), 0);
    EXPECT(daos_obj_update(oh, DAOS_TX_NONE, 0, &dkey[i], 1, &iod[i], list_of(&buffer[i], name[i], sizeof(name[i])),
                           &event[i]),
           0);
  }
  EXPECT(daos_eq_query(eq, DAOS_EQR_ALL, 0, NULL), kEvents);
  for (done = 0; done < kEvents;) {
    int count = daos_eq_poll(eq, 1, DAOS_EQ_WAIT, kEvents, polled);

    EXPECT(count > 0, 1);
    for (i = 0; i < count; i++) EXPECT(polled[i]->ev_error, 0);
    done += count;
  }
  EXPECT(called, kEvents);
  /* Polled events may be used again, without finishing them. */
  EXPECT(daos_event_init(&parent, eq, NULL), 0);
  for (i = 0; i < kEvents; i++) {
    EXPECT(daos_event_fini(&event[i]), 0);
    EXPECT(daos_event_init(&event[i], DAOS_HDL_INVAL, &parent), 0);
    EXPECT(daos_obj_fetch(oh, DAOS_TX_NONE, i == 9 ? DAOS_COND_DKEY_FETCH : 0, i == 9 ? &iod[i].iod_name : &dkey[i], 1,
                          &iod[i], &buffer[i].list, NULL, &event[i]),
           0);
  }
  EXPECT(daos_event_test(&event[0], DAOS_EQ_NOWAIT, &completed), -DER_NO_PERM);
  EXPECT(daos_event_parent_barrier(&parent), 0);
  if (served) EXPECT(daos_eq_destroy(eq, 0), -DER_BUSY);
  EXPECT(daos_event_test(&parent, DAOS_EQ_WAIT, &completed), 0);
  EXPECT(completed, 1);
  EXPECT(parent.ev_error, -DER_NONEXIST); /* its child's */
  EXPECT(daos_event_fini(&parent), 0);

  EXPECT(daos_event_init(&event[0], DAOS_HDL_INVAL, NULL), 0);
  EXPECT(daos_obj_fetch(oh, DAOS_TX_NONE, 0, &dkey[1], 1, &iod[1], &buffer[1].list, NULL, &event[0]), 0);
  if (served) EXPECT(daos_event_fini(&event[0]), -DER_BUSY);
  for (completed = false; !completed;) EXPECT(daos_event_test(&event[0], 1000, &completed), 0);
  EXPECT(event[0].ev_error, 0);
  EXPECT(daos_event_fini(&event[0]), 0);

  EXPECT(daos_event_init(&event[0], eq, NULL), 0);
  if (served) {
    EXPECT(daos_obj_punch(oh, DAOS_TX_NONE, 0, &event[0]), 0);
    EXPECT(daos_event_abort(&event[0]), 0);
    EXPECT(daos_eq_destroy(eq, 0), -DER_BUSY);
  }
  EXPECT(daos_eq_destroy(eq, DAOS_EQ_DESTROY_FORCE), 0);
  EXPECT(daos_event_fini(&event[0]), -DER_NONEXIST);
  EXPECT(daos_eq_poll(eq, 0, DAOS_EQ_NOWAIT, 1, polled), -DER_NO_HDL);
  EXPECT(daos_obj_close(oh, NULL), 0);
}

/* Threads that wait, threads that share a queue. */

enum { kThreads = 4, kRounds = 50, kShared = 200 };

struct share {
  daos_handle_t oh, eq;
  int number;
};

static void *wait_alone(void *argument) {
  struct share *mine = argument;
  struct buffer buffer;
  char name[16], value[16];
  daos_key_t dkey;
  daos_iod_t iod;
  int i;

  for (i = 0; i < kRounds; i++) {
    memset(name, 0, sizeof(name));
    snprintf(name, sizeof(name), "%d.%d", mine->number, i);
    dkey = key_of(name);
    iod = single("a", sizeof(name));
    EXPECT(daos_obj_update(mine->oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, name, sizeof(name)), NULL), 0);
    EXPECT(daos_obj_fetch(mine->oh, DAOS_TX_NONE, 0, &dkey, 1, &iod, list_of(&buffer, value, sizeof(value)), NULL, NULL),
           0);
    EXPECT(strcmp(name, value), 0);
  }
  return NULL;
}

static int events_left = kShared;

static void *poll_shared(void *argument) {
  struct share *mine = argument;
  daos_event_t *polled[3];
  int count;

  while (__atomic_load_n(&events_left, __ATOMIC_SEQ_CST) > 0) {
    count = daos_eq_poll(mine->eq, 0, 1000, 3, polled);
    EXPECT(count >= 0, 1);
    __atomic_sub_fetch(&events_left, count, __ATOMIC_SEQ_CST);
    while (count > 0) EXPECT(polled[--count]->ev_error, 0);
  }
  return NULL;
}

static void threads(daos_handle_t coh) {
  static daos_event_t event[kShared];
  static struct buffer buffer[kShared];
  static daos_iod_t iod[kShared];
  pthread_t thread[kThreads];
  struct share share[kThreads];
  daos_key_t dkey = key_of("shared");
  daos_handle_t oh, eq;
  int i;

  EXPECT(daos_eq_create(&eq), 0);
  EXPECT(daos_obj_open(coh, make_id(coh, 10, DAOS_OT_MULTI_HASHED, OC_SX), DAOS_OO_RW, &oh, NULL), 0);
  for (i = 0; i < kThreads; i++) {
    share[i].oh = oh;
    share[i].eq = eq;
    share[i].number = i;
    EXPECT(pthread_create(&thread[i], NULL, wait_alone, &share[i]), 0);
  }
  for (i = 0; i < kThreads; i++) EXPECT(pthread_join(thread[i], NULL), 0);
  events_left = kShared;
  for (i = 0; i < kThreads; i++) EXPECT(pthread_create(&thread[i], NULL, poll_shared, &share[i]), 0);
  for (i = 0; i < kShared; i++) {
    iod[i] = single("a", 4);
    EXPECT(daos_event_init(&event[i], eq, NULL), 0);
    EXPECT(daos_obj_update(oh, DAOS_TX_NONE, 0, &dkey, 1, &iod[i], list_of(&buffer[i], "abcd", 4), &event[i]), 0);
  }
  for (i = 0; i < kThreads; i++) EXPECT(pthread_join(thread[i], NULL), 0);
  EXPECT(events_left, 0);
  EXPECT(daos_eq_destroy(eq, 0), 0);
  EXPECT(daos_obj_close(oh, NULL), 0);
}

/* Handles as bytes: what a program sends to its other processes. */
static void global_handles(daos_handle_t poh, daos_handle_t coh) {
  d_iov_t glob;
  char bytes[1 << 18];
  daos_handle_t pool, container, oh;
  daos_size_t size = 8;
  char value[8];

  d_iov_set(&glob, NULL, 0);
  EXPECT(daos_pool_local2global(poh, &glob), 0);
  EXPECT(glob.iov_buf_len > 0 && glob.iov_buf_len <= sizeof(bytes), 1);
  d_iov_set(&glob, bytes, 1);
  EXPECT(daos_pool_local2global(poh, &glob), -DER_TRUNC);
  d_iov_set(&glob, bytes, glob.iov_buf_len);
  EXPECT(daos_pool_local2global(poh, &glob), 0);
  EXPECT(daos_pool_global2local(glob, &pool), 0);
  d_iov_set(&glob, NULL, 0);
  EXPECT(daos_cont_local2global(coh, &glob), 0);
  d_iov_set(&glob, bytes, glob.iov_buf_len);
  EXPECT(daos_cont_local2global(coh, &glob), 0);
  EXPECT(daos_cont_global2local(pool, glob, &container), 0);
  bytes[0] ^= 1;
  EXPECT(daos_cont_global2local(pool, glob, &oh), -DER_INVAL);
  EXPECT(daos_kv_open(container, make_id(container, 9, DAOS_OT_KV_HASHED, OC_SX), DAOS_OO_RW, &oh, NULL), 0);
  EXPECT(daos_kv_put(oh, DAOS_TX_NONE, 0, "key", 5, "value", NULL), 0);
  EXPECT(daos_kv_get(oh, DAOS_TX_NONE, 0, "key", &size, value, NULL), 0);
  EXPECT(size, 5);
  EXPECT(daos_kv_close(oh, NULL), 0);
  EXPECT(daos_pool_disconnect(pool, NULL), -DER_BUSY);
  EXPECT(daos_cont_close(container, NULL), 0);
  EXPECT(daos_pool_disconnect(pool, NULL), 0);
}

static void pool_and_container(daos_handle_t poh, const char *label) {
  EVENTS;
  daos_handle_t coh, other;
  daos_pool_info_t info;
  daos_cont_info_t cont_info;
  daos_prop_t *properties = daos_prop_alloc(0);
  struct daos_pool_cont_info containers[4];
  struct daos_prop_entry *entry;
  daos_size_t count = 4;
  uint64_t first = 0, second = 0;
  uuid_t uuid;
  char text[DAOS_UUID_STR_SIZE];
  d_rank_list_t *ranks = NULL;

  memset(&info, 0xff, sizeof(info)); /* programs leave it as it is */
  EXPECT(RUN(daos_pool_query, poh, &ranks, &info, NULL), 0);
  EXPECT(info.pi_ntargets > 0, 1);
  EXPECT(info.pi_space.ps_space.s_total[DAOS_MEDIA_SCM] > 0, 1);
  EXPECT(ranks->rl_nr, 1);
  d_rank_list_free(ranks);
  EXPECT(RUN(daos_cont_open, poh, label, DAOS_COO_RW, &coh, NULL), -DER_NONEXIST);
  EXPECT(RUN(daos_cont_create_with_label, poh, label, NULL, &uuid), 0);
  EXPECT(RUN(daos_cont_create_with_label, poh, label, NULL, NULL), -DER_EXIST);
  EXPECT(RUN(daos_cont_create_with_label, poh, "not a label", NULL, NULL), -DER_INVAL);
  EXPECT(RUN(daos_cont_open, poh, label, DAOS_COO_RW | DAOS_COO_RO, &coh, NULL), -DER_INVAL);
  EXPECT(RUN(daos_cont_open, poh, label, DAOS_COO_RW, &coh, &cont_info), 0);
  EXPECT(uuid_compare(uuid, cont_info.ci_uuid), 0);
  uuid_unparse(uuid, text);
  EXPECT(RUN(daos_cont_open, poh, text, DAOS_COO_RO, &other, NULL), 0);
  EXPECT(RUN(daos_cont_alloc_oids, other, 1, &first), -DER_NO_PERM);
  EXPECT(RUN(daos_cont_alloc_oids, coh, 10, &first), 0);
  EXPECT(RUN(daos_cont_alloc_oids, coh, 1, &second), 0);
  EXPECT(second >= first + 10, 1);
  EXPECT(RUN(daos_cont_query, coh, &cont_info, properties), 0);
  entry = daos_prop_entry_get(properties, DAOS_PROP_CO_LABEL);
  EXPECT(entry != NULL && strcmp(entry->dpe_str, label) == 0, 1);
  daos_prop_free(properties);
  EXPECT(RUN(daos_pool_list_cont, poh, &count, containers), 0);
  EXPECT(count, 1);
  EXPECT(strcmp(containers[0].pci_label, label), 0);
  EXPECT(daos_cont_close(poh, NULL), -DER_NO_HDL); /* another kind */

  single_values(coh);
  array_values(coh);
  number_keys(coh);
  many_keys(coh);
  key_values(coh);
  arrays(coh);
  events(coh);
  threads(coh);
  global_handles(poh, coh);

  EXPECT(RUN(daos_pool_disconnect, poh), -DER_BUSY);
  EXPECT(RUN(daos_cont_close, other), 0);
  EXPECT(RUN(daos_cont_close, coh), 0);
  EXPECT(RUN(daos_cont_close, coh), -DER_NO_HDL);
  EXPECT(RUN(daos_cont_destroy, poh, label, 0), 0);
  EXPECT(RUN(daos_cont_destroy, poh, label, 0), -DER_NONEXIST);
}

static void everything(const char *pool) {
  EVENTS;
  daos_handle_t poh;
  daos_pool_info_t info;

  info.pi_bits = DPI_ALL;
  EXPECT(RUN(daos_pool_connect, "no such pool", NULL, DAOS_PC_RW, &poh, NULL), -DER_NONEXIST);
  EXPECT(strstr(firn_last_error(), "daos_pool_connect") != NULL, 1);
  EXPECT(RUN(daos_pool_connect, pool, "daos_server", DAOS_PC_RW, &poh, &info), 0);
  pool_and_container(poh, daos_handle_is_inval(queue) ? "waiting" : "queued");
  EXPECT(RUN(daos_pool_disconnect, poh), 0);
}

int main(int argc, char **argv) {
  daos_handle_t none = DAOS_HDL_INVAL;
  const char *system = getenv("FIRN_SYSTEM");

  EXPECT(argc, 2);
  served = system != NULL && strncmp(system, "tcp://", 6) == 0;
  EXPECT(daos_eq_create(&queue), -DER_UNINIT);
  EXPECT(daos_fini(), -DER_UNINIT);
  EXPECT(daos_init(), 0);
  EXPECT(daos_init(), 0);
  queue = none;
  everything(argv[1]);
  EXPECT(daos_eq_create(&queue), 0);
  everything(argv[1]);
  EXPECT(daos_eq_destroy(queue, 0), 0);
  EXPECT(daos_fini(), 0);
  EXPECT(daos_fini(), 0);
  EXPECT(daos_fini(), -DER_UNINIT);
  puts("as it should be");
  return 0;
}

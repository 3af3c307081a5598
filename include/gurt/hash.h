/*
 * Hash tables of records that the user allocates. A record has a link (d_list_t) as a member; what it is, how
 * it compares and when it is freed say the user's functions (d_hash_table_ops_t).
 *
 * References: find gives the caller one, to be dropped with d_hash_rec_decref(). The table itself has one for
 * each record, taken when it is inserted and dropped when it leaves, unless the table is ephemeral. A record
 * leaves the table and is freed with its last reference.
 */
#ifndef FIRN_GURT_HASH_H
#define FIRN_GURT_HASH_H

#include <gurt/list.h>
#include <gurt/types.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>

#if defined(__cplusplus)
extern "C" {
#endif

struct d_hash_table;

typedef struct {
  /* Whether the record has this key. The only one that must be there. */
  bool (*hop_key_cmp)(struct d_hash_table* htable, d_list_t* link, const void* key, unsigned int ksize);
  /* Gives a record without key one; for d_hash_rec_insert_anonym(). */
  void (*hop_key_init)(struct d_hash_table* htable, d_list_t* link, void* arg);
  /* Default: d_hash_string_u32(). */
  uint32_t (*hop_key_hash)(struct d_hash_table* htable, const void* key, unsigned int ksize);
  /* The hash of a record's key. */
  uint32_t (*hop_rec_hash)(struct d_hash_table* htable, d_list_t* link);
  void (*hop_rec_addref)(struct d_hash_table* htable, d_list_t* link);
  /* Whether that was the last reference: the table then frees the record. */
  bool (*hop_rec_decref)(struct d_hash_table* htable, d_list_t* link);
  /* Drops `count`: 1 if the last one went, 0 if not, or an error. */
  int (*hop_rec_ndecref)(struct d_hash_table* htable, d_list_t* link, int count);
  void (*hop_rec_free)(struct d_hash_table* htable, d_list_t* link);
} d_hash_table_ops_t;

/* A table has one lock, a spin lock unless it asks for another. It is held while the user's functions run. */
enum d_hash_feats {
  D_HASH_FT_NOLOCK = (1 << 0), /* the user locks */
  D_HASH_FT_MUTEX = (1 << 1),
  D_HASH_FT_RWLOCK = (1 << 2),          /* finding shares it: hop_rec_addref has to allow that */
  D_HASH_FT_EPHEMERAL = (1 << 3),       /* the table has no references: a record leaves with its last one */
  D_HASH_FT_LRU = (1 << 4),             /* what is found moves to the front */
  D_HASH_FT_NO_KEYINIT_LOCK = (1 << 5), /* hop_key_init is called without the lock */
  D_HASH_FT_GLOCK = (1 << 15),          /* one lock for the table, as it always is */
};

union d_hash_lock {
  pthread_mutex_t mutex;
  uint64_t space[7]; /* for a lock of any kind */
};

struct d_hash_bucket {
  d_list_t hb_head;
};

/* Members are the library's, except ht_priv. */
struct d_hash_table {
  union d_hash_lock ht_lock;
  uint32_t ht_bits;
  uint32_t ht_feats;
  void* ht_priv; /* the user's */
  d_hash_table_ops_t* ht_ops;
  struct d_hash_bucket* ht_buckets;
};

/* With 2^bits buckets. `hops` lives as long as the table. */
int d_hash_table_create(uint32_t feats, uint32_t bits, void* priv, d_hash_table_ops_t* hops,
                        struct d_hash_table** htable_pp);
int d_hash_table_create_inplace(uint32_t feats, uint32_t bits, void* priv, d_hash_table_ops_t* hops,
                                struct d_hash_table* htable);

/* -DER_BUSY if it is not empty, unless force: then the table's references are dropped first. */
int d_hash_table_destroy(struct d_hash_table* htable, bool force);
int d_hash_table_destroy_inplace(struct d_hash_table* htable, bool force);

typedef int (*d_hash_traverse_cb_t)(d_list_t* link, void* arg);

/* Calls `cb` for each record, under the lock, until it returns something else than 0, which is returned. */
int d_hash_table_traverse(struct d_hash_table* htable, d_hash_traverse_cb_t cb, void* arg);

/* NULL if there is none. */
d_list_t* d_hash_rec_find(struct d_hash_table* htable, const void* key, unsigned int ksize);

/* Inserts `link` if the key is not there. The record that is there then; with a reference, if it is not
 * `link`. */
d_list_t* d_hash_rec_find_insert(struct d_hash_table* htable, const void* key, unsigned int ksize,
                                 d_list_t* link);

/* exclusive: -DER_EXIST if the key is there. Otherwise the new record hides the old one. */
int d_hash_rec_insert(struct d_hash_table* htable, const void* key, unsigned int ksize, d_list_t* link,
                      bool exclusive);
int d_hash_rec_insert_anonym(struct d_hash_table* htable, d_list_t* link, void* arg);

/* Whether it was there. */
bool d_hash_rec_delete(struct d_hash_table* htable, const void* key, unsigned int ksize);
bool d_hash_rec_delete_at(struct d_hash_table* htable, d_list_t* link);

/* With D_HASH_FT_LRU: moves it to the end. Whether it was there. */
bool d_hash_rec_evict(struct d_hash_table* htable, const void* key, unsigned int ksize);
bool d_hash_rec_evict_at(struct d_hash_table* htable, d_list_t* link);

void d_hash_rec_addref(struct d_hash_table* htable, d_list_t* link);
void d_hash_rec_decref(struct d_hash_table* htable, d_list_t* link);
int d_hash_rec_ndecref(struct d_hash_table* htable, int count, d_list_t* link);

bool d_hash_rec_unlinked(d_list_t* link);

/* Any record, without a reference; NULL if the table is empty. To drain a table. */
d_list_t* d_hash_rec_first(struct d_hash_table* htable);

#if defined(__cplusplus)
}
#endif

#endif

/* A binary heap of nodes that are members of what they order. The smallest is the root. */
#ifndef FIRN_GURT_HEAP_H
#define FIRN_GURT_HEAP_H

#include <gurt/common.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

struct d_binheap_node {
  uint32_t chn_idx; /* its place; the heap's */
};

enum d_bh_feats {
  DBH_FT_NOLOCK = (1 << 0), /* the user locks */
  DBH_FT_RWLOCK = (1 << 1),
};

struct d_binheap;

struct d_binheap_ops {
  /* May refuse a node by returning an error. */
  int (*hop_enter)(struct d_binheap* h, struct d_binheap_node* e);
  int (*hop_exit)(struct d_binheap* h, struct d_binheap_node* e);
  /* Whether a comes before b. */
  bool (*hop_compare)(struct d_binheap_node* a, struct d_binheap_node* b);
};

/* Members are the library's, except d_bh_priv. */
struct d_binheap {
  pthread_mutex_t d_bh_mutex;
  uint32_t d_bh_feats;
  struct d_binheap_node** d_bh_nodes;
  struct d_binheap_ops* d_bh_ops;
  void* d_bh_priv;
  uint32_t d_bh_nodes_cnt;
  uint32_t d_bh_hwm; /* nodes there is room for */
};

/* With room for `count` nodes at first. */
int d_binheap_create(uint32_t feats, uint32_t count, void* priv, struct d_binheap_ops* ops,
                     struct d_binheap** h);
int d_binheap_create_inplace(uint32_t feats, uint32_t count, void* priv, struct d_binheap_ops* ops,
                             struct d_binheap* h);
void d_binheap_destroy(struct d_binheap* h);
void d_binheap_destroy_inplace(struct d_binheap* h);

/* NULL if there are not so many. */
struct d_binheap_node* d_binheap_find(struct d_binheap* h, uint32_t idx);
int d_binheap_insert(struct d_binheap* h, struct d_binheap_node* e);
void d_binheap_remove(struct d_binheap* h, struct d_binheap_node* e);
/* NULL if it is empty. */
struct d_binheap_node* d_binheap_remove_root(struct d_binheap* h);

static inline int d_binheap_size(struct d_binheap* h) {
  return h == NULL ? -DER_INVAL : (int)h->d_bh_nodes_cnt;
}

static inline bool d_binheap_is_empty(struct d_binheap* h) { return h == NULL || h->d_bh_nodes_cnt == 0; }

static inline struct d_binheap_node* d_binheap_root(struct d_binheap* h) { return d_binheap_find(h, 0); }

#if defined(__cplusplus)
}
#endif

#endif

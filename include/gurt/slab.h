/* Stocks of descriptors that are costly to make: they are kept after use and given out again. */
#ifndef FIRN_GURT_SLAB_H
#define FIRN_GURT_SLAB_H

#include <gurt/list.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* A kind of descriptor. sr_init is called once for new memory, sr_reset before each use, sr_release before it
 * is freed. */
struct d_slab_reg {
  void (*sr_init)(void* desc, void* handle);
  /* Whether the descriptor is fit for use; if not it is released. */
  bool (*sr_reset)(void* desc);
  void (*sr_release)(void* desc);
  char* sr_name;
  int sr_size;          /* bytes */
  int sr_offset;        /* of a d_list_t in it, for the slab's use */
  int sr_max_desc;      /* in use at most; 0: no limit */
  int sr_max_free_desc; /* kept at most; 0: no limit */
};

/* The members that follow from the type. */
#define POOL_TYPE_INIT(itype, imember) \
  .sr_size = sizeof(struct itype), .sr_offset = offsetof(struct itype, imember), .sr_name = (char*)#itype,

struct d_slab;

/* The library's. */
struct d_slab_type {
  struct d_slab_reg st_reg;
  d_list_t st_type_list;
  d_list_t st_free_list;
  pthread_mutex_t st_lock;
  struct d_slab* st_slab;
  void* st_arg;
  int st_count;      /* descriptors that exist */
  int st_free_count; /* of them not in use */
};

struct d_slab {
  d_list_t slab_list;
  void* slab_arg;
  pthread_mutex_t slab_lock;
  bool slab_init;
};

int d_slab_init(struct d_slab* slab, void* arg) __attribute__((__warn_unused_result__));

/* All descriptors have been given back. */
void d_slab_destroy(struct d_slab* slab);

/* arg: handed to sr_init; NULL: the slab's. */
int d_slab_register(struct d_slab* slab, struct d_slab_reg* reg, void* arg, struct d_slab_type** type);

/* NULL: out of memory, or too many in use. */
void* d_slab_acquire(struct d_slab_type* type);

void d_slab_release(struct d_slab_type* type, void* desc);

/* Makes one for the next d_slab_acquire(), if there is none. */
void d_slab_restock(struct d_slab_type* type);

/* Frees what is not in use. Whether some are in use. */
bool d_slab_reclaim(struct d_slab* slab) __attribute__((__warn_unused_result__));

#if defined(__cplusplus)
}
#endif

#endif

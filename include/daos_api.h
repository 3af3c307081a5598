/* Transactions, anchors, epochs as times. */
#ifndef FIRN_DAOS_API_H
#define FIRN_DAOS_API_H

#include <daos_types.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Flags of daos_tx_open(). */
enum {
  DAOS_TF_RDONLY = (1 << 0),
  DAOS_TF_ZERO_COPY = (1 << 1), /* the caller's buffers stay as they are until the commit */
};

/* Ranks from text like "0:3:7" with sep ":". NULL if it is not; else to be freed with d_rank_list_free(). */
d_rank_list_t* daos_rank_list_parse(const char* str, const char* sep);

/* Reads see the state at the transaction's epoch, without its own writes; those go to the servers at the
 * commit. */
int daos_tx_open(daos_handle_t coh, daos_handle_t* th, uint64_t flags, daos_event_t* ev);

/* All or nothing. -DER_TX_RESTART: restart it and repeat all of it. */
int daos_tx_commit(daos_handle_t th, daos_event_t* ev);

/* For reading at a snapshot. */
int daos_tx_open_snap(daos_handle_t coh, daos_epoch_t epoch, daos_handle_t* th, daos_event_t* ev);

int daos_tx_abort(daos_handle_t th, daos_event_t* ev);

int daos_tx_close(daos_handle_t th, daos_event_t* ev);

/* Makes the handle usable again after -DER_TX_RESTART, empty. */
int daos_tx_restart(daos_handle_t th, daos_event_t* ev);

/* -DER_UNINIT as long as the transaction has none. */
int daos_tx_hdl2epoch(daos_handle_t th, daos_epoch_t* epoch);

/* To the beginning; `opts` has no meaning. */
static inline int daos_anchor_init(daos_anchor_t* anchor, unsigned int opts) {
  (void)opts;
  memset(anchor, 0, sizeof(*anchor));
  return 0;
}

static inline void daos_anchor_fini(daos_anchor_t* anchor) { (void)anchor; }

static inline bool daos_anchor_is_eof(daos_anchor_t* anchor) {
  return anchor->da_type == DAOS_ANCHOR_TYPE_EOF;
}

/* Epochs as time since 1970. */
int daos_hlc2timespec(uint64_t hlc, struct timespec* ts);

int daos_hlc2timestamp(uint64_t hlc, time_t* ts);

#if defined(__cplusplus)
}
#endif

#endif

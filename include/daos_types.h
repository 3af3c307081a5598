/* Types of the API: handles, anchors, events, epochs, object ids. Their layout is part of the ABI. */
#ifndef FIRN_DAOS_TYPES_H
#define FIRN_DAOS_TYPES_H

#include <cart/types.h>
#include <ctype.h>
#include <daos_errno.h>
#include <gurt/types.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

#if defined(__cplusplus)
extern "C" {
#endif

#define DAOS_SYS_NAME_MAX 15
#define DAOS_SYS_INFO_STRING_MAX 63
#define DAOS_ATTR_NAME_MAX 511
#define DAOS_HKEY_MAX 32

typedef uint64_t daos_size_t;
typedef uint64_t daos_off_t;

/* Handles. */

typedef struct {
  uint64_t cookie; /* 0: none */
} daos_handle_t;

#if defined(__cplusplus)
#define DAOS_HDL_INVAL (daos_handle_t{0})
#else
#define DAOS_HDL_INVAL ((daos_handle_t){0})
#endif
/* In place of a transaction: the call stands for itself. */
#define DAOS_TX_NONE DAOS_HDL_INVAL

/* The low four bits of a handle. */
enum {
  DAOS_HTYPE_EQ = 1,
  DAOS_HTYPE_POOL = 3,
  DAOS_HTYPE_CO = 5,
  DAOS_HTYPE_OBJ = 7,
  DAOS_HTYPE_ARRAY = 9,
  DAOS_HTYPE_TX = 11,
  DAOS_HTYPE_KV = 13,
};

static inline bool daos_handle_is_inval(daos_handle_t hdl) { return hdl.cookie == 0; }

static inline bool daos_handle_is_valid(daos_handle_t hdl) { return hdl.cookie != 0; }

/* Anchors: where an enumeration goes on. Zeroed: at the beginning. */

typedef enum {
  DAOS_ANCHOR_TYPE_ZERO = 0,
  DAOS_ANCHOR_TYPE_HKEY = 1,
  DAOS_ANCHOR_TYPE_KEY = 2,
  DAOS_ANCHOR_TYPE_EOF = 3,
} daos_anchor_type_t;

#define DAOS_ANCHOR_BUF_MAX 104

typedef struct {
  uint16_t da_type; /* daos_anchor_type_t */
  uint16_t da_shard;
  uint32_t da_flags;
  uint64_t da_sub_anchors;
  uint8_t da_buf[DAOS_ANCHOR_BUF_MAX];
} daos_anchor_t;

#define DAOS_ANCHOR_INIT {DAOS_ANCHOR_TYPE_ZERO, 0, 0, 0, {0}}

/* How a pool is connected; exactly one. */
#define DAOS_PC_RO (1U << 0)
#define DAOS_PC_RW (1U << 1)
#define DAOS_PC_EX (1U << 2)
#define DAOS_PC_NBITS 3
#define DAOS_PC_MASK ((1U << DAOS_PC_NBITS) - 1)

/* Epochs: values of a hybrid logical clock. */

typedef uint64_t daos_epoch_t;

#define DAOS_EPOCH_MAX (~0ULL)

/* Both included. */
typedef struct {
  daos_epoch_t epr_lo;
  daos_epoch_t epr_hi;
} daos_epoch_range_t;

typedef struct {
  uuid_t ci_uuid;
  daos_epoch_t ci_lsnapshot; /* the newest snapshot, 0: none */
  uint32_t ci_nhandles;      /* open handles, the caller's included */
  uint32_t ci_nsnapshots;
  uint64_t ci_md_otime; /* HLC of the last open */
  uint64_t ci_md_mtime; /* HLC of the last change */
} daos_cont_info_t;

/* A dkey or akey. */
typedef d_iov_t daos_key_t;

static inline bool daos_key_is_null(daos_key_t key) { return key.iov_buf == NULL || key.iov_buf_len == 0; }

/* Events. */

typedef struct daos_event {
  int ev_error; /* the operation's result, once it has completed */
  struct {
    uint64_t space[20];
  } ev_private;
  uint64_t ev_debug;
} daos_event_t;

/* Timeouts, otherwise in microseconds. */
#define DAOS_EQ_WAIT -1
#define DAOS_EQ_NOWAIT 0

typedef enum {
  DAOS_EQR_COMPLETED = (1 << 0),
  DAOS_EQR_WAITING = (1 << 1),
  DAOS_EQR_ALL = (DAOS_EQR_COMPLETED | DAOS_EQR_WAITING),
} daos_eq_query_t;

typedef enum {
  DAOS_EVS_READY,
  DAOS_EVS_RUNNING,
  DAOS_EVS_COMPLETED,
  DAOS_EVS_ABORTED,
} daos_ev_status_t;

struct daos_eq;

struct d_tgt_list {
  d_rank_t* tl_ranks;
  int32_t* tl_tgts;
  uint32_t tl_nr;
};

/* 128 bits. Lo and the low 32 bits of hi are the user's; the rest says type and class (daos_obj.h). */
typedef struct {
  uint64_t lo;
  uint64_t hi;
} daos_obj_id_t;

/* The system, as daos_mgmt_get_sys_info() describes it. */

struct daos_rank_uri {
  uint32_t dru_rank;
  char* dru_uri;
};

struct daos_sys_info {
  char dsi_system_name[DAOS_SYS_INFO_STRING_MAX + 1];
  char dsi_fabric_provider[DAOS_SYS_INFO_STRING_MAX + 1];
  char dsi_agent_path[4096];
  uint32_t dsi_nr_ranks;
  struct daos_rank_uri* dsi_ranks;
  uint32_t dsi_nr_ms_ranks;
  uint32_t* dsi_ms_ranks;
};

/* UUIDs as text. */

#define DAOS_UUID_STR_SIZE 37
#define UUID_SST_UPPER 1
#define UUID_SST_LOWER -1
#define UUID_SST_NONE 0

/* Whether the text starts with a UUID. sensitive > 0: with upper case digits only, < 0: with lower case ones.
 */
static inline bool daos_is_valid_uuid_string(const char* uuid, int sensitive) {
  int i;

  for (i = 0; i < DAOS_UUID_STR_SIZE - 1; i++) {
    const unsigned char c = (unsigned char)uuid[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;

    if (dash ? c != '-' : !isxdigit(c)) return false;
    if ((sensitive > 0 && islower(c)) || (sensitive < 0 && isupper(c))) return false;
  }
  return true;
}

#if defined(__cplusplus)
}
#endif

#endif

/* The names of the message layer that other public headers and programs mention. The layer itself is not
 * public. */
#ifndef FIRN_CART_TYPES_H
#define FIRN_CART_TYPES_H

#include <gurt/types.h>

#define CRT_NO_RANK 0xFFFFFFFF
#define CRT_NO_INCARNATION 0
#define CRT_GROUP_ID_MAX_LEN (64)
#define CRT_ADDR_STR_MAX_LEN (128)
#define CRT_DEFAULT_GRPID "crt_default_group"

typedef int crt_status_t;
typedef uint32_t crt_opcode_t;
typedef void* crt_context_t;
typedef void* crt_bulk_t;
typedef d_string_t crt_group_id_t;

typedef struct crt_group {
  crt_group_id_t cg_grpid;
} crt_group_t;

typedef struct {
  crt_group_t* ep_grp;
  d_rank_t ep_rank;
  uint32_t ep_tag;
} crt_endpoint_t;

#endif

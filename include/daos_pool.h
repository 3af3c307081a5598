/* Pools. */
#ifndef FIRN_DAOS_POOL_H
#define FIRN_DAOS_POOL_H

#include <daos_prop.h>
#include <inttypes.h>
#include <uuid/uuid.h>

/* The exported name. */
#define daos_pool_connect daos_pool_connect2

#if defined(__cplusplus)
extern "C" {
#endif

/* A target's life: up and in; down when excluded, down and out when rebuilt elsewhere; up when it comes back.
 */
typedef enum {
  DAOS_TS_UNKNOWN,
  DAOS_TS_DOWN_OUT,
  DAOS_TS_DOWN,
  DAOS_TS_UP,
  DAOS_TS_UP_IN,
  DAOS_TS_NEW,
  DAOS_TS_DRAIN,
} daos_target_state_t;

typedef struct {
  int foo;
} daos_target_perf_t;

enum daos_media_type_t { DAOS_MEDIA_SCM = 0, DAOS_MEDIA_NVME, DAOS_MEDIA_MAX };

/* Bytes. */
struct daos_space {
  uint64_t s_total[DAOS_MEDIA_MAX];
  uint64_t s_free[DAOS_MEDIA_MAX];
};

typedef struct {
  uint32_t ta_padding;
  daos_target_state_t ta_state;
  daos_target_perf_t ta_perf;
  struct daos_space ta_space;
} daos_target_info_t;

struct daos_pool_space {
  struct daos_space ps_space; /* of all targets */
  uint64_t ps_free_min[DAOS_MEDIA_MAX];
  uint64_t ps_free_max[DAOS_MEDIA_MAX];
  uint64_t ps_free_mean[DAOS_MEDIA_MAX];
  uint32_t ps_ntargets; /* that are counted here */
  uint32_t ps_padding;
};

enum daos_rebuild_state_t {
  DRS_IN_PROGRESS = 0,
  DRS_NOT_STARTED = 1,
  DRS_COMPLETED = 2,
};

enum daos_rebuild_status_flag {
  DAOS_RSF_DEGRADED = (1 << 0),
};

struct daos_rebuild_status {
  uint32_t rs_version; /* of the pool map */
  uint32_t rs_seconds; /* since it began */
  int32_t rs_errno;    /* of an engine that failed */
  __extension__ union {
    int32_t rs_state; /* daos_rebuild_state_t */
    int32_t rs_done;
  };
  uint16_t rs_max_supported_layout_ver;
  uint8_t rs_flags; /* daos_rebuild_status_flag bits */
  uint8_t rs_reserved_;
  int32_t rs_fail_rank;
  uint64_t rs_toberb_obj_nr; /* objects to do */
  uint64_t rs_obj_nr;        /* done */
  uint64_t rs_rec_nr;        /* records done */
  uint64_t rs_size;          /* bytes done */
};

/* pi_bits: what to ask for besides the basics. */
enum daos_pool_info_bit {
  DPI_SPACE = (1 << 0),
  DPI_REBUILD_STATUS = (1 << 1),
  DPI_ENGINES_ENABLED = (1 << 2),
  DPI_ENGINES_DISABLED = (1 << 3),
  DPI_ENGINES_DEAD = (1 << 4),
  DPI_REBUILD_MAX_LAYOUT_VER = (1 << 5),
  DPI_SELF_HEAL_POLICY = (1 << 6),
  DPI_ALL = -1,
};

typedef struct {
  uuid_t pi_uuid;
  uint32_t pi_ntargets;
  uint32_t pi_nnodes;
  uint32_t pi_ndisabled; /* targets */
  uint32_t pi_map_ver;
  uint32_t pi_leader; /* rank */
  uint64_t pi_bits;
  struct daos_pool_space pi_space;
  struct daos_rebuild_status pi_rebuild_st;
} daos_pool_info_t;

struct daos_pool_cont_info {
  uuid_t pci_uuid;
  char pci_label[DAOS_PROP_LABEL_MAX_LEN + 1];
};

struct daos_pool_cont_info2 {
  struct daos_pool_cont_info pci_id;
  daos_cont_info_t pci_cinfo;
  void* pci_reserved[2];
};

/* By label or UUID, in the system `sys` (NULL: the default one). info may be NULL; its pi_bits are looked at.
 */
int daos_pool_connect(const char* pool, const char* sys, unsigned int flags, daos_handle_t* poh,
                      daos_pool_info_t* info, daos_event_t* ev);

/* -DER_BUSY while this process has containers open from it. */
int daos_pool_disconnect(daos_handle_t poh, daos_event_t* ev);

/* A handle for another process, as bytes. With iov_buf NULL only iov_buf_len is set, to the size it takes. */
int daos_pool_local2global(daos_handle_t poh, d_iov_t* glob);

/* Asks no server. */
int daos_pool_global2local(d_iov_t glob, daos_handle_t* poh);

/* Each of ranks, info and pool_prop may be NULL. *ranks is to be freed with d_rank_list_free(). */
int daos_pool_query(daos_handle_t poh, d_rank_list_t** ranks, daos_pool_info_t* info, daos_prop_t* pool_prop,
                    daos_event_t* ev);

int daos_pool_query_target(daos_handle_t poh, uint32_t tgt, d_rank_t rank, daos_target_info_t* info,
                           daos_event_t* ev);

/*
 * User attributes: names with values. The list is the names, each with its NUL; *size becomes the size of all
 * of it, and names that do not fit are left out. get writes what fits and sets sizes to the values' own; an
 * attribute that is not there has size 0. -DER_NONEXIST of get and del: none of them is there.
 */
int daos_pool_list_attr(daos_handle_t poh, char* buffer, size_t* size, daos_event_t* ev);
int daos_pool_get_attr(daos_handle_t poh, int n, char const* const names[], void* const buffers[],
                       size_t sizes[], daos_event_t* ev);
int daos_pool_set_attr(daos_handle_t poh, int n, char const* const names[], void const* const values[],
                       size_t const sizes[], daos_event_t* ev);
int daos_pool_del_attr(daos_handle_t poh, int n, char const* const names[], daos_event_t* ev);

/* *ncont: what cbuf can take, then how many there are. cbuf NULL: only counts. -DER_TRUNC: cbuf is too small.
 */
int daos_pool_list_cont(daos_handle_t poh, daos_size_t* ncont, struct daos_pool_cont_info* cbuf,
                        daos_event_t* ev);

/* Filters: containers whose metadata compare with given values. */

enum daos_pool_cont_filter_func {
  PCF_FUNC_EQ = 0,
  PCF_FUNC_NE,
  PCF_FUNC_LT,
  PCF_FUNC_LE,
  PCF_FUNC_GT,
  PCF_FUNC_GE,
  PCF_FUNC_MAX
};

static inline const char* daos_pool_cont_filter_func_str(enum daos_pool_cont_filter_func f) {
  static const char* const signs[] = {"==", "!=", "<", "<=", ">", ">="};

  return (unsigned int)f < PCF_FUNC_MAX ? signs[f] : "UNKNOWN";
}

enum daos_pool_cont_filter_key {
  PCF_KEY_MD_OTIME = 0,
  PCF_KEY_MD_MTIME,
  PCF_KEY_NUM_SNAPSHOTS,
  PCF_KEY_NUM_HANDLES,
  PCF_KEY_MAX
};

static inline const char* daos_pool_cont_filter_key_str(enum daos_pool_cont_filter_key k) {
  static const char* const names[] = {"md_open_time", "md_modify_time", "num_snapshots", "num_handles"};

  return (unsigned int)k < PCF_KEY_MAX ? names[k] : "UNKNOWN";
}

typedef struct daos_pool_cont_filter_part {
  uint32_t pcfp_func; /* daos_pool_cont_filter_func */
  uint32_t pcfp_key;  /* daos_pool_cont_filter_key */
  __extension__ union {
    uint64_t pcfp_val64;
    d_string_t pcfp_valstr;
  };
} daos_pool_cont_filter_part_t;

enum daos_pool_cont_filter_combine {
  PCF_COMBINE_LOGICAL_AND = 0,
  PCF_COMBINE_LOGICAL_OR,
};

#define DAOS_POOL_CONT_FILTER_MAX_NPARTS (8)

typedef struct daos_pool_cont_filter {
  uint32_t pcf_combine_func; /* daos_pool_cont_filter_combine */
  uint32_t pcf_nparts;
  struct daos_pool_cont_filter_part** pcf_parts;
} daos_pool_cont_filter_t;

int daos_pool_cont_filter_init(daos_pool_cont_filter_t* filt, uint32_t combine_func);

/* The filter owns the part from then on. */
int daos_pool_cont_filter_add(daos_pool_cont_filter_t* filt, daos_pool_cont_filter_part_t* part);

void daos_pool_cont_filter_fini(daos_pool_cont_filter_t* filt);

/* As daos_pool_list_cont(), for those the filter lets through. */
int daos_pool_filter_cont(daos_handle_t poh, daos_pool_cont_filter_t* filter, daos_size_t* ncont,
                          struct daos_pool_cont_info2* cbuf, daos_event_t* ev);

/* What a user with these groups may do (DAOS_ACL_PERM_ bits), by the ACL, owner and group in the list. */
int daos_pool_get_perms(daos_prop_t* pool_prop, uid_t uid, gid_t* gids, size_t nr_gids, uint64_t* perms);

#if defined(__cplusplus)
}
#endif

#endif

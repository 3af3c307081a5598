/* Objects: ids, descriptors of what to read and write, and the calls that do it. */
#ifndef FIRN_DAOS_OBJ_H
#define FIRN_DAOS_OBJ_H

#include <daos_event.h>
#include <daos_obj_class.h>
#include <daos_prop.h>
#include <daos_types.h>

/* The exported name. */
#define daos_obj_generate_oid daos_obj_generate_oid2

#if defined(__cplusplus)
extern "C" {
#endif

#if defined(__cplusplus)
#define DAOS_OBJ_NIL (daos_obj_id_t{0, 0})
#else
#define DAOS_OBJ_NIL ((daos_obj_id_t){0, 0})
#endif

/* The upper half of an id's hi: type, protection, number of groups. */
#define OID_FMT_INTR_BITS 32
#define OID_FMT_TYPE_BITS 8
#define OID_FMT_CLASS_BITS 8
#define OID_FMT_META_BITS 16

#define OID_FMT_TYPE_SHIFT (64 - OID_FMT_TYPE_BITS)
#define OID_FMT_CLASS_SHIFT (OID_FMT_TYPE_SHIFT - OID_FMT_CLASS_BITS)
#define OID_FMT_META_SHIFT (OID_FMT_CLASS_SHIFT - OID_FMT_META_BITS)

#define OID_FMT_TYPE_MAX ((1ULL << OID_FMT_TYPE_BITS) - 1)
#define OID_FMT_CLASS_MAX ((1ULL << OID_FMT_CLASS_BITS) - 1)
#define OID_FMT_META_MAX ((1ULL << OID_FMT_META_BITS) - 1)

#define OID_FMT_TYPE_MASK (OID_FMT_TYPE_MAX << OID_FMT_TYPE_SHIFT)
#define OID_FMT_CLASS_MASK (OID_FMT_CLASS_MAX << OID_FMT_CLASS_SHIFT)
#define OID_FMT_META_MASK (OID_FMT_META_MAX << OID_FMT_META_SHIFT)

/* What the keys of an object are: any bytes in no order, bytes in order (lexical), or 64-bit numbers. */
enum daos_otype_t {
  DAOS_OT_MULTI_HASHED = 0,
  DAOS_OT_OIT = 1, /* the table of a snapshot's objects */
  DAOS_OT_DKEY_UINT64 = 2,
  DAOS_OT_AKEY_UINT64 = 3,
  DAOS_OT_MULTI_UINT64 = 4,
  DAOS_OT_DKEY_LEXICAL = 5,
  DAOS_OT_AKEY_LEXICAL = 6,
  DAOS_OT_MULTI_LEXICAL = 7,
  DAOS_OT_KV_HASHED = 8, /* flat: one value under each dkey */
  DAOS_OT_KV_UINT64 = 9,
  DAOS_OT_KV_LEXICAL = 10,
  DAOS_OT_ARRAY = 11,      /* its cell and chunk size are stored with it */
  DAOS_OT_ARRAY_ATTR = 12, /* the user knows them */
  DAOS_OT_ARRAY_BYTE = 13, /* as above, cells of one byte; what files are */
  DAOS_OT_OIT_V2 = 14,
  DAOS_OT_MAX = 14,
};

static inline bool daos_otype_t_is_valid(enum daos_otype_t type) { return (unsigned int)type <= DAOS_OT_MAX; }

static inline bool daos_pa_domain_is_valid(uint32_t pa_domain) {
  return pa_domain == DAOS_PROP_CO_REDUN_RANK || pa_domain == DAOS_PROP_CO_REDUN_NODE;
}

#define IO_FLAGS_COND_BITS 8

/* Flags of update, fetch and punch: what has to be so, else -DER_EXIST or -DER_NONEXIST. */
enum {
  DAOS_COND_PUNCH = (1 << 0),       /* what is punched is there */
  DAOS_COND_DKEY_INSERT = (1 << 1), /* the dkey is not there */
  DAOS_COND_DKEY_UPDATE = (1 << 2), /* it is */
  DAOS_COND_DKEY_FETCH = (1 << 3),  /* it is, for reading */
  DAOS_COND_AKEY_INSERT = (1 << 4), /* the same for all akeys of the call */
  DAOS_COND_AKEY_UPDATE = (1 << 5),
  DAOS_COND_AKEY_FETCH = (1 << 6),
  DAOS_COND_PER_AKEY = (1 << 7), /* iod_flags says it of each akey */
  DAOS_COND_MASK = ((1 << IO_FLAGS_COND_BITS) - 1),
};

struct daos_obj_attr {
  d_rank_t oa_rank;
  struct daos_oclass_attr* oa_oa;
};

/* Modes of daos_obj_open() and the like. */
enum {
  DAOS_OO_RO = (1 << 1),
  DAOS_OO_RW = (1 << 2),
  DAOS_OO_EXCL = (1 << 3),
  DAOS_OO_IO_RAND = (1 << 4),
  DAOS_OO_IO_SEQ = (1 << 5),
};

/* Records of an array value: the first, and how many. */
typedef struct {
  uint64_t rx_idx;
  uint64_t rx_nr;
} daos_recx_t;

typedef enum {
  DAOS_IOD_NONE = 0,
  DAOS_IOD_SINGLE = 1,
  DAOS_IOD_ARRAY = 2,
} daos_iod_type_t;

/* iod_size: as large as it is. */
enum { DAOS_REC_ANY = 0 };

/* What to read or write under one akey. */
typedef struct {
  daos_key_t iod_name;
  daos_iod_type_t iod_type;
  daos_size_t iod_size;   /* bytes of the value, or of a record; 0 in an update removes */
  uint64_t iod_flags;     /* looked at with DAOS_COND_PER_AKEY only */
  uint32_t iod_nr;        /* number of recxs; 1 for a single value */
  daos_recx_t* iod_recxs; /* for arrays */
} daos_iod_t;

#define DAOS_IOMF_DETAIL (0x1U)

/* Which of the records asked for were there. */
typedef struct {
  daos_iod_type_t iom_type;
  uint32_t iom_nr;     /* capacity of iom_recxs; 0 with iom_recxs NULL: the library allocates */
  uint32_t iom_nr_out; /* extents that there are, perhaps more than the capacity */
  uint32_t iom_flags;  /* DAOS_IOMF_DETAIL: fill in iom_recxs */
  daos_size_t iom_size;
  daos_recx_t iom_recx_lo; /* lowest and highest extent */
  daos_recx_t iom_recx_hi;
  daos_recx_t* iom_recxs;
} daos_iom_t;

/* What daos_obj_query_key() looks for: largest or smallest; dkey, akey, extent. */
enum {
  DAOS_GET_MAX = (1 << 0),
  DAOS_GET_MIN = (1 << 1),
  DAOS_GET_DKEY = (1 << 2),
  DAOS_GET_AKEY = (1 << 3),
  DAOS_GET_RECX = (1 << 4),
};

/* One key of a list; the keys' bytes follow each other in the buffer. */
typedef struct {
  daos_size_t kd_key_len;
  uint32_t kd_val_type;
} daos_key_desc_t;

/* Wishes instead of a class: redundancy and how widely the object spreads. */
#define DAOS_OCH_RDD_BITS 4
#define DAOS_OCH_SHD_BITS 6
#define DAOS_OCH_RDD_SHIFT 0
#define DAOS_OCH_SHD_SHIFT DAOS_OCH_RDD_BITS
#define DAOS_OCH_RDD_MAX_VAL ((1ULL << DAOS_OCH_RDD_BITS) - 1)
#define DAOS_OCH_SHD_MAX_VAL ((1ULL << DAOS_OCH_SHD_BITS) - 1)
#define DAOS_OCH_RDD_MASK (DAOS_OCH_RDD_MAX_VAL << DAOS_OCH_RDD_SHIFT)
#define DAOS_OCH_SHD_MASK (DAOS_OCH_SHD_MAX_VAL << DAOS_OCH_SHD_SHIFT)

enum {
  DAOS_OCH_RDD_DEF = (1 << 0),
  DAOS_OCH_RDD_NO = (1 << 1),
  DAOS_OCH_RDD_RP = (1 << 2), /* copies */
  DAOS_OCH_RDD_EC = (1 << 3), /* erasure code */
  DAOS_OCH_SHD_DEF = (1 << 4),
  DAOS_OCH_SHD_TINY = (1 << 5), /* one group */
  DAOS_OCH_SHD_REG = (1 << 6),
  DAOS_OCH_SHD_HI = (1 << 7),
  DAOS_OCH_SHD_EXT = (1 << 8),
  DAOS_OCH_SHD_MAX = (1 << 9), /* all targets */
};

/* Ids taken apart. */

static inline enum daos_otype_t daos_obj_id2type(daos_obj_id_t oid) {
  return (enum daos_otype_t)(oid.hi >> OID_FMT_TYPE_SHIFT);
}

static inline enum daos_obj_redun daos_obj_id2ord(daos_obj_id_t oid) {
  return (enum daos_obj_redun)((oid.hi >> OID_FMT_CLASS_SHIFT) & OID_FMT_CLASS_MAX);
}

static inline uint32_t daos_obj_id2grp_nr(daos_obj_id_t oid) {
  return (uint32_t)((oid.hi >> OID_FMT_META_SHIFT) & OID_FMT_META_MAX);
}

static inline daos_oclass_id_t daos_obj_id2class(daos_obj_id_t oid) {
  return ((daos_oclass_id_t)daos_obj_id2ord(oid) << OC_REDUN_SHIFT) | daos_obj_id2grp_nr(oid);
}

/* Whether the user's part is zero and the rest too. */
static inline bool daos_obj_id_is_nil(daos_obj_id_t oid) { return oid.lo == 0 && oid.hi == 0; }

/* The next of all 2^32 values of the user's part of hi, in a fixed cycle. */
static inline void daos_obj_oid_cycle(daos_obj_id_t* oid) { oid->hi = (oid->hi + 999999937) & 0xFFFFFFFFULL; }

static inline bool daos_is_dkey_lexical_type(enum daos_otype_t type) {
  return type == DAOS_OT_DKEY_LEXICAL || type == DAOS_OT_MULTI_LEXICAL || type == DAOS_OT_KV_LEXICAL;
}

static inline bool daos_is_akey_lexical_type(enum daos_otype_t type) {
  return type == DAOS_OT_AKEY_LEXICAL || type == DAOS_OT_MULTI_LEXICAL;
}

static inline bool daos_is_array_type(enum daos_otype_t type) {
  return type == DAOS_OT_ARRAY || type == DAOS_OT_ARRAY_ATTR || type == DAOS_OT_ARRAY_BYTE;
}

static inline bool daos_is_dkey_uint64_type(enum daos_otype_t type) {
  return type == DAOS_OT_DKEY_UINT64 || type == DAOS_OT_MULTI_UINT64 || type == DAOS_OT_KV_UINT64 ||
         daos_is_array_type(type);
}

static inline bool daos_is_akey_uint64_type(enum daos_otype_t type) {
  return type == DAOS_OT_AKEY_UINT64 || type == DAOS_OT_MULTI_UINT64;
}

static inline bool daos_is_kv_type(enum daos_otype_t type) {
  return type == DAOS_OT_KV_HASHED || type == DAOS_OT_KV_UINT64 || type == DAOS_OT_KV_LEXICAL;
}

static inline bool daos_is_dkey_lexical(daos_obj_id_t oid) {
  return daos_is_dkey_lexical_type(daos_obj_id2type(oid));
}

static inline bool daos_is_akey_lexical(daos_obj_id_t oid) {
  return daos_is_akey_lexical_type(daos_obj_id2type(oid));
}

static inline bool daos_is_dkey_uint64(daos_obj_id_t oid) {
  return daos_is_dkey_uint64_type(daos_obj_id2type(oid));
}

static inline bool daos_is_akey_uint64(daos_obj_id_t oid) {
  return daos_is_akey_uint64_type(daos_obj_id2type(oid));
}

static inline bool daos_is_array(daos_obj_id_t oid) { return daos_is_array_type(daos_obj_id2type(oid)); }

static inline bool daos_is_kv(daos_obj_id_t oid) { return daos_is_kv_type(daos_obj_id2type(oid)); }

/*
 * Fills in the upper half of oid->hi; its lower half and lo are the caller's. cid OC_UNKNOWN: a class that
 * fits the hints and the container's redundancy. args has no meaning.
 */
int daos_obj_generate_oid(daos_handle_t coh, daos_obj_id_t* oid, enum daos_otype_t type, daos_oclass_id_t cid,
                          daos_oclass_hints_t hints, uint32_t args);

/* Asks no server: an object is there as soon as something is written to it. */
int daos_obj_open(daos_handle_t coh, daos_obj_id_t oid, unsigned int mode, daos_handle_t* oh,
                  daos_event_t* ev);

/* Takes handles of arrays and key-value objects as well. */
int daos_obj_close(daos_handle_t oh, daos_event_t* ev);

/* Deletes what the object holds. flags have no meaning. */
int daos_obj_punch(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_event_t* ev);

/* nr has to be 1. */
int daos_obj_punch_dkeys(daos_handle_t oh, daos_handle_t th, uint64_t flags, unsigned int nr,
                         daos_key_t* dkeys, daos_event_t* ev);

int daos_obj_punch_akeys(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey,
                         unsigned int nr, daos_key_t* akeys, daos_event_t* ev);

/* Class and ranks of the object. */
int daos_obj_query(daos_handle_t oh, struct daos_obj_attr* oa, d_rank_list_t* ranks, daos_event_t* ev);

/*
 * Reads under one dkey. Sizes that are not known are found with iod_size DAOS_REC_ANY: without sgls nothing
 * else is done; with them the value is read if it fits, else -DER_REC2BIG. What is not there: iod_size 0, the
 * buffers stay as they are; so do the places of single records that are not there. ioms may be NULL.
 */
int daos_obj_fetch(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey, unsigned int nr,
                   daos_iod_t* iods, d_sg_list_t* sgls, daos_iom_t* ioms, daos_event_t* ev);

/* Writes under one dkey, all or nothing. */
int daos_obj_update(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey, unsigned int nr,
                    daos_iod_t* iods, d_sg_list_t* sgls, daos_event_t* ev);

/*
 * Some of the keys, from the anchor on: at most *nr, which becomes their number and may be 0 before the end.
 * Lengths in kds, bytes in sgl. -DER_KEY2BIG: the next one does not fit, kds[0] says how long it is.
 */
int daos_obj_list_dkey(daos_handle_t oh, daos_handle_t th, uint32_t* nr, daos_key_desc_t* kds,
                       d_sg_list_t* sgl, daos_anchor_t* anchor, daos_event_t* ev);
int daos_obj_list_akey(daos_handle_t oh, daos_handle_t th, daos_key_t* dkey, uint32_t* nr,
                       daos_key_desc_t* kds, d_sg_list_t* sgl, daos_anchor_t* anchor, daos_event_t* ev);

/* The visible extents of an array, upwards or downwards; *size: bytes of a record. eprs may be NULL. */
int daos_obj_list_recx(daos_handle_t oh, daos_handle_t th, daos_key_t* dkey, daos_key_t* akey,
                       daos_size_t* size, uint32_t* nr, daos_recx_t* recxs, daos_epoch_range_t* eprs,
                       daos_anchor_t* anchor, bool incr_order, daos_event_t* ev);

/* DAOS_GET_MAX or _MIN, and what: keys that are numbers, or extents. Nothing there: 0 and {0, 0}. */
int daos_obj_query_key(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey, daos_key_t* akey,
                       daos_recx_t* recx, daos_event_t* ev);

/* Of the object's last change. */
int daos_obj_query_max_epoch(daos_handle_t oh, daos_handle_t th, daos_epoch_t* epoch, daos_event_t* ev);

/* Compares all copies. -DER_MISMATCH: they differ. */
int daos_obj_verify(daos_handle_t coh, daos_obj_id_t oid, daos_epoch_t epoch);

/* Lists in parallel: *nr parts; anchors may be NULL. _set makes the anchor of part `index`. */
int daos_obj_anchor_split(daos_handle_t oh, uint32_t* nr, daos_anchor_t* anchors);
int daos_obj_anchor_set(daos_handle_t oh, uint32_t index, daos_anchor_t* anchor);

/* An anchor from which the dkey, or with akey the akey, comes first. */
int daos_obj_key2anchor(daos_handle_t oh, daos_handle_t th, daos_key_t* dkey, daos_key_t* akey,
                        daos_anchor_t* anchor, daos_event_t* ev);

/* The table of a snapshot's objects. */

#define DAOS_OIT_MARKER_MAX_LEN (32)

int daos_oit_open(daos_handle_t coh, daos_epoch_t epoch, daos_handle_t* oh, daos_event_t* ev);

int daos_oit_close(daos_handle_t oh, daos_event_t* ev);

/* Some of the ids: at most *oids_nr, which becomes their number. */
int daos_oit_list(daos_handle_t oh, daos_obj_id_t* oids, uint32_t* oids_nr, daos_anchor_t* anchor,
                  daos_event_t* ev);

/* A note on an id, at most DAOS_OIT_MARKER_MAX_LEN bytes; NULL removes it. */
int daos_oit_mark(daos_handle_t oh, daos_obj_id_t oid, d_iov_t* marker, daos_event_t* ev);

int daos_oit_list_unmarked(daos_handle_t oh, daos_obj_id_t* oids, uint32_t* oids_nr, daos_anchor_t* anchor,
                           daos_event_t* ev);

/* Whether the id is to be listed. */
typedef int(daos_oit_filter_cb)(daos_obj_id_t oid, d_iov_t* marker);

int daos_oit_list_filter(daos_handle_t oh, daos_obj_id_t* oids, uint32_t* oids_nr, daos_anchor_t* anchor,
                         daos_oit_filter_cb filter, daos_event_t* ev);

#if defined(__cplusplus)
}
#endif

#endif

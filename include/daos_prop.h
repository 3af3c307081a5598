/* Properties of pools and containers: numbers, values, defaults, and lists of them. */
#ifndef FIRN_DAOS_PROP_H
#define FIRN_DAOS_PROP_H

#include <ctype.h>
#include <daos_types.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Pools. */

enum daos_pool_props {
  DAOS_PROP_PO_MIN = 0,
  DAOS_PROP_PO_LABEL,             /* text */
  DAOS_PROP_PO_ACL,               /* struct daos_acl */
  DAOS_PROP_PO_SPACE_RB,          /* percent kept free for rebuild */
  DAOS_PROP_PO_SELF_HEAL,         /* DAOS_SELF_HEAL_ bits */
  DAOS_PROP_PO_RECLAIM,           /* DAOS_RECLAIM_ */
  DAOS_PROP_PO_OWNER,             /* text, "user@" */
  DAOS_PROP_PO_OWNER_GROUP,       /* text, "group@" */
  DAOS_PROP_PO_SVC_LIST,          /* d_rank_list_t */
  DAOS_PROP_PO_EC_CELL_SZ,        /* bytes */
  DAOS_PROP_PO_DATA_THRESH,       /* bytes from which values go to the data device */
  DAOS_PROP_PO_REDUN_FAC,         /* failures survived, for containers that say nothing */
  DAOS_PROP_PO_EC_PDA,            /* performance domain affinity of erasure coded objects */
  DAOS_PROP_PO_RP_PDA,            /* and of replicated ones */
  DAOS_PROP_PO_GLOBAL_VERSION,    /* of the pool's format */
  DAOS_PROP_PO_UPGRADE_STATUS,    /* DAOS_UPGRADE_STATUS_ */
  DAOS_PROP_PO_SCRUB_MODE,        /* DAOS_SCRUB_MODE_ */
  DAOS_PROP_PO_SCRUB_FREQ,        /* seconds for one round */
  DAOS_PROP_PO_SCRUB_THRESH,      /* checksum errors that exclude a target, 0: never */
  DAOS_PROP_PO_SVC_REDUN_FAC,     /* failures the pool's metadata survives */
  DAOS_PROP_PO_OBJ_VERSION,       /* of the objects' layout */
  DAOS_PROP_PO_PERF_DOMAIN,       /* DAOS_PROP_PERF_DOMAIN_ */
  DAOS_PROP_PO_CHECKPOINT_MODE,   /* DAOS_CHECKPOINT_ */
  DAOS_PROP_PO_CHECKPOINT_FREQ,   /* seconds */
  DAOS_PROP_PO_CHECKPOINT_THRESH, /* percent of the log */
  DAOS_PROP_PO_REINT_MODE,        /* DAOS_REINT_MODE_ */
  DAOS_PROP_PO_SVC_OPS_ENABLED,   /* whether repeated metadata requests are recognised */
  DAOS_PROP_PO_SVC_OPS_ENTRY_AGE, /* seconds for which they are */
  DAOS_PROP_PO_MAX,
};

#define DAOS_PROP_PO_NUM (DAOS_PROP_PO_MAX - DAOS_PROP_PO_MIN - 1)

#define DAOS_PROP_PO_LABEL_DEFAULT "pool_label_not_set"
#define DAOS_PROP_NO_PO_LABEL DAOS_PROP_PO_LABEL_DEFAULT
#define DAOS_PROP_PO_EC_CELL_SZ_MIN (1UL << 10)
#define DAOS_PROP_PO_EC_CELL_SZ_MAX (1UL << 30)
#define DAOS_PROP_PO_DATA_THRESH_DEFAULT (1UL << 12)

#define DAOS_PROP_PO_REDUN_FAC_MAX 4
#define DAOS_PROP_PO_REDUN_FAC_DEFAULT 3

static inline bool daos_rf_is_valid(unsigned long long rf) { return rf <= DAOS_PROP_PO_REDUN_FAC_MAX; }

#define DAOS_PROP_PO_SVC_REDUN_FAC_MAX 4
#define DAOS_PROP_PO_SVC_REDUN_FAC_DEFAULT 2

static inline bool daos_svc_rf_is_valid(uint64_t svc_rf) { return svc_rf <= DAOS_PROP_PO_SVC_REDUN_FAC_MAX; }

#define DAOS_PROP_PDA_MAX ((uint32_t)-1)
#define DAOS_PROP_PO_RP_PDA_DEFAULT DAOS_PROP_PDA_MAX
#define DAOS_PROP_PO_EC_PDA_DEFAULT ((uint32_t)1)

enum {
  DAOS_UPGRADE_STATUS_NOT_STARTED = 0,
  DAOS_UPGRADE_STATUS_IN_PROGRESS = 1,
  DAOS_UPGRADE_STATUS_COMPLETED = 2,
  DAOS_UPGRADE_STATUS_FAILED = 3,
};

enum {
  DAOS_PROP_PERF_DOMAIN_GROUP = 200,
  DAOS_PROP_PERF_DOMAIN_ROOT = 255,
};

#define DAOS_PROP_PO_PERF_DOMAIN_DEFAULT DAOS_PROP_PERF_DOMAIN_ROOT
#define DAOS_PROP_CO_PERF_DOMAIN_DEFAULT DAOS_PROP_PERF_DOMAIN_ROOT

/* When space of old versions is reclaimed. */
enum {
  DAOS_RECLAIM_DISABLED = 0,
  DAOS_RECLAIM_LAZY = 1,
  DAOS_RECLAIM_SNAPSHOT = 2,
  DAOS_RECLAIM_BATCH = 3,
  DAOS_RECLAIM_TIME = 4,
};

/* What happens with the data of a target that comes back. */
enum {
  DAOS_REINT_MODE_DATA_SYNC = 0,    /* thrown away and rebuilt */
  DAOS_REINT_MODE_NO_DATA_SYNC = 1, /* taken as it is */
  DAOS_REINT_MODE_INCREMENTAL = 2,  /* brought up to date */
};

#define DAOS_PROP_PO_REINT_MODE_DEFAULT DAOS_REINT_MODE_DATA_SYNC

enum {
  DAOS_SCRUB_MODE_OFF = 0,
  DAOS_SCRUB_MODE_LAZY = 1,  /* when there is nothing else to do */
  DAOS_SCRUB_MODE_TIMED = 2, /* a round in DAOS_PROP_PO_SCRUB_FREQ */
  DAOS_SCRUB_MODE_INVALID = 3,
};

#define DAOS_PROP_PO_SCRUB_MODE_DEFAULT DAOS_SCRUB_MODE_OFF
#define DAOS_PROP_PO_SCRUB_FREQ_DEFAULT 604800
#define DAOS_PROP_PO_SCRUB_THRESH_DEFAULT 0

enum {
  DAOS_CHECKPOINT_DISABLED = 0,
  DAOS_CHECKPOINT_TIMED = 1,
  DAOS_CHECKPOINT_LAZY = 2,
};

#define DAOS_PROP_PO_CHECKPOINT_MODE_DEFAULT DAOS_CHECKPOINT_TIMED
#define DAOS_PROP_PO_CHECKPOINT_FREQ_DEFAULT 5
#define DAOS_PROP_PO_CHECKPOINT_FREQ_MIN 1
#define DAOS_PROP_PO_CHECKPOINT_FREQ_MAX (1 << 20)
#define DAOS_PROP_PO_CHECKPOINT_THRESH_DEFAULT 50
#define DAOS_PROP_PO_CHECKPOINT_THRESH_MIN 10
#define DAOS_PROP_PO_CHECKPOINT_THRESH_MAX 75

#define DAOS_PROP_PO_SVC_OPS_ENABLED_DEFAULT 1
#define DAOS_PROP_PO_SVC_OPS_ENTRY_AGE_DEFAULT 300
#define DAOS_PROP_PO_SVC_OPS_ENTRY_AGE_MIN 60
#define DAOS_PROP_PO_SVC_OPS_ENTRY_AGE_MAX 600

#define DAOS_SELF_HEAL_AUTO_EXCLUDE (1U << 0)
#define DAOS_SELF_HEAL_AUTO_REBUILD (1U << 1)
#define DAOS_SELF_HEAL_DELAY_REBUILD (1U << 2)

/* Containers. */

enum daos_cont_props {
  DAOS_PROP_CO_MIN = 0x1000,
  DAOS_PROP_CO_LABEL,              /* text */
  DAOS_PROP_CO_LAYOUT_TYPE,        /* DAOS_PROP_CO_LAYOUT_ */
  DAOS_PROP_CO_LAYOUT_VER,         /* the middleware's */
  DAOS_PROP_CO_CSUM,               /* DAOS_PROP_CO_CSUM_ */
  DAOS_PROP_CO_CSUM_CHUNK_SIZE,    /* bytes of an array under one checksum */
  DAOS_PROP_CO_CSUM_SERVER_VERIFY, /* DAOS_PROP_CO_CSUM_SV_ */
  DAOS_PROP_CO_REDUN_FAC,          /* DAOS_PROP_CO_REDUN_RF */
  DAOS_PROP_CO_REDUN_LVL,          /* what fails as one: DAOS_PROP_CO_REDUN_RANK, _NODE, _FAULT */
  DAOS_PROP_CO_SNAPSHOT_MAX,       /* 0: no limit */
  DAOS_PROP_CO_ACL,                /* struct daos_acl */
  DAOS_PROP_CO_COMPRESS,           /* DAOS_PROP_CO_COMPRESS_ */
  DAOS_PROP_CO_ENCRYPT,            /* DAOS_PROP_CO_ENCRYPT_ */
  DAOS_PROP_CO_OWNER,              /* text, "user@" */
  DAOS_PROP_CO_OWNER_GROUP,        /* text, "group@" */
  DAOS_PROP_CO_DEDUP,              /* DAOS_PROP_CO_DEDUP_ */
  DAOS_PROP_CO_DEDUP_THRESHOLD,    /* bytes */
  DAOS_PROP_CO_ROOTS,              /* struct daos_prop_co_roots */
  DAOS_PROP_CO_STATUS,             /* struct daos_co_status, packed */
  DAOS_PROP_CO_ALLOCED_OID,        /* numbers below it are taken */
  DAOS_PROP_CO_EC_CELL_SZ,         /* bytes */
  DAOS_PROP_CO_EC_PDA,
  DAOS_PROP_CO_RP_PDA,
  DAOS_PROP_CO_GLOBAL_VERSION,
  DAOS_PROP_CO_SCRUBBER_DISABLED, /* bool */
  DAOS_PROP_CO_OBJ_VERSION,
  DAOS_PROP_CO_PERF_DOMAIN,
  DAOS_PROP_CO_MAX,
};

#define DAOS_PROP_CO_NUM (DAOS_PROP_CO_MAX - DAOS_PROP_CO_MIN - 1)

#define DAOS_PROP_CO_LABEL_DEFAULT "container_label_not_set"
#define DEFAULT_CONT_LABEL DAOS_PROP_CO_LABEL_DEFAULT
#define DAOS_PROP_NO_CO_LABEL DAOS_PROP_CO_LABEL_DEFAULT

/* Where middleware finds its own things. */
struct daos_prop_co_roots {
  daos_obj_id_t cr_oids[4];
};

typedef uint16_t daos_cont_layout_t;

enum {
  DAOS_PROP_CO_LAYOUT_UNKNOWN = 0,
  DAOS_PROP_CO_LAYOUT_UNKOWN = DAOS_PROP_CO_LAYOUT_UNKNOWN, /* programs spell it so */
  DAOS_PROP_CO_LAYOUT_POSIX = 1,
  DAOS_PROP_CO_LAYOUT_HDF5 = 2,
  DAOS_PROP_CO_LAYOUT_PYTHON = 3,
  DAOS_PROP_CO_LAYOUT_SPARK = 4,
  DAOS_PROP_CO_LAYOUT_DATABASE = 5,
  DAOS_PROP_CO_LAYOUT_ROOT = 6,
  DAOS_PROP_CO_LAYOUT_SEISMIC = 7,
  DAOS_PROP_CO_LAYOUT_METEO = 8,
  DAOS_PROP_CO_LAYOUT_MAX
};

enum {
  DAOS_PROP_CO_CSUM_OFF = 0,
  DAOS_PROP_CO_CSUM_CRC16 = 1,
  DAOS_PROP_CO_CSUM_CRC32 = 2,
  DAOS_PROP_CO_CSUM_CRC64 = 3,
  DAOS_PROP_CO_CSUM_SHA1 = 4,
  DAOS_PROP_CO_CSUM_SHA256 = 5,
  DAOS_PROP_CO_CSUM_SHA512 = 6,
  DAOS_PROP_CO_CSUM_ADLER32 = 7
};

enum { DAOS_PROP_CO_CSUM_SV_OFF = 0, DAOS_PROP_CO_CSUM_SV_ON = 1 };

enum { DAOS_PROP_CO_DEDUP_OFF = 0, DAOS_PROP_CO_DEDUP_MEMCMP = 1, DAOS_PROP_CO_DEDUP_HASH = 2 };

enum {
  DAOS_PROP_CO_COMPRESS_OFF = 0,
  DAOS_PROP_CO_COMPRESS_LZ4 = 1,
  DAOS_PROP_CO_COMPRESS_DEFLATE = 2,
  DAOS_PROP_CO_COMPRESS_DEFLATE1 = 3,
  DAOS_PROP_CO_COMPRESS_DEFLATE2 = 4,
  DAOS_PROP_CO_COMPRESS_DEFLATE3 = 5,
  DAOS_PROP_CO_COMPRESS_DEFLATE4 = 6,
};

enum {
  DAOS_PROP_CO_ENCRYPT_OFF = 0,
  DAOS_PROP_CO_ENCRYPT_AES_XTS128 = 1,
  DAOS_PROP_CO_ENCRYPT_AES_XTS256 = 2,
  DAOS_PROP_CO_ENCRYPT_AES_CBC128 = 3,
  DAOS_PROP_CO_ENCRYPT_AES_CBC192 = 4,
  DAOS_PROP_CO_ENCRYPT_AES_CBC256 = 5,
  DAOS_PROP_CO_ENCRYPT_AES_GCM128 = 6,
  DAOS_PROP_CO_ENCRYPT_AES_GCM256 = 7
};

enum {
  DAOS_PROP_CO_REDUN_RF0 = 0,
  DAOS_PROP_CO_REDUN_RF1 = 1,
  DAOS_PROP_CO_REDUN_RF2 = 2,
  DAOS_PROP_CO_REDUN_RF3 = 3,
  DAOS_PROP_CO_REDUN_RF4 = 4,
  DAOS_RF_MAX = 4,
};

enum {
  DAOS_PROP_CO_REDUN_MIN = 1,
  DAOS_PROP_CO_REDUN_RANK = 1,
  DAOS_PROP_CO_REDUN_NODE = 2,
  DAOS_PROP_CO_REDUN_FAULT = 3,
  DAOS_PROP_CO_REDUN_MAX = 254,
};

#define DAOS_PROP_CO_REDUN_DEFAULT DAOS_PROP_CO_REDUN_NODE

enum {
  DAOS_PROP_CO_HEALTHY = 0,
  DAOS_PROP_CO_UNCLEAN = 1, /* more failures than it was made for */
};

#define DAOS_PROP_CO_CLEAR (0x1)

struct daos_co_status {
  uint16_t dcs_status;
  uint16_t dcs_flags;
  uint32_t dcs_pm_ver; /* the pool map's version at which this was found */
};

/* Flags, status, version: 16, 16 and 32 bits. */
#define DAOS_PROP_CO_STATUS_VAL(status, flag, pm_ver) \
  ((((uint64_t)(flag)) << 48) | (((uint64_t)(status) & 0xFFFF) << 32) | ((uint64_t)(pm_ver)))

static inline uint64_t daos_prop_co_status_2_val(struct daos_co_status* co_status) {
  return DAOS_PROP_CO_STATUS_VAL(co_status->dcs_status, co_status->dcs_flags, co_status->dcs_pm_ver);
}

static inline void daos_prop_val_2_co_status(uint64_t val, struct daos_co_status* co_status) {
  co_status->dcs_pm_ver = (uint32_t)val;
  co_status->dcs_status = (uint16_t)(val >> 32);
  co_status->dcs_flags = (uint16_t)(val >> 48);
}

/* Lists. */

#define DAOS_PROP_ENTRIES_MAX_NR (128)

/* dpe_flags: the property has no value. */
enum { DAOS_PROP_ENTRY_NOT_SET = (1 << 0) };

struct daos_prop_entry {
  uint32_t dpe_type; /* DAOS_PROP_PO_ or DAOS_PROP_CO_ */
  uint16_t dpe_flags;
  uint16_t dpe_reserv;
  __extension__ union {
    uint64_t dpe_val;
    d_string_t dpe_str;
    void* dpe_val_ptr;
  };
};

typedef struct {
  uint32_t dpp_nr;
  uint32_t dpp_reserv;
  struct daos_prop_entry* dpp_entries;
} daos_prop_t;

static inline bool daos_prop_is_set(struct daos_prop_entry* entry) {
  return (entry->dpe_flags & DAOS_PROP_ENTRY_NOT_SET) == 0;
}

/* Labels. */

#define DAOS_PROP_LABEL_MAX_LEN (127)
#define DAOS_PROP_MAX_LABEL_BUF_LEN (DAOS_PROP_LABEL_MAX_LEN + 1)

/* 1 to 127 letters, digits and "._:-", and not shaped like a UUID. */
static inline bool daos_label_is_valid(const char* label) {
  int length = 0;

  if (label == NULL) return false;
  while (length <= DAOS_PROP_LABEL_MAX_LEN && label[length] != '\0') {
    const unsigned char c = (unsigned char)label[length++];

    if (!isalnum(c) && strchr("._:-", c) == NULL) return false;
  }
  if (length == 0 || length > DAOS_PROP_LABEL_MAX_LEN) return false;
  return length < DAOS_UUID_STR_SIZE - 1 || !daos_is_valid_uuid_string(label, UUID_SST_NONE);
}

static inline bool daos_perf_domain_is_valid(const char* perf_domain) {
  return daos_label_is_valid(perf_domain);
}

/* With so many zeroed entries; 0: a list that asks for all properties. NULL: too many, or no memory. */
daos_prop_t* daos_prop_alloc(uint32_t entries_nr);

/* Frees what the entries hold and the entries. */
void daos_prop_fini(daos_prop_t* prop);

/* And the list. NULL is fine. */
void daos_prop_free(daos_prop_t* prop);

/* Container properties from "name:value;name:value". */
int daos_prop_from_str(const char* str, daos_size_t len, daos_prop_t** prop);

/* A new list of both; where both have an entry the new one's is taken. */
int daos_prop_merge2(daos_prop_t* old_prop, daos_prop_t* new_prop, daos_prop_t** out_prop);

/* The same; NULL for an error. */
daos_prop_t* daos_prop_merge(daos_prop_t* old_prop, daos_prop_t* new_prop);

/* The entry of that type, or NULL. */
struct daos_prop_entry* daos_prop_entry_get(daos_prop_t* prop, uint32_t type);

/* A copy of the text replaces the value. -DER_NONEXIST: no entry of that type. */
int daos_prop_set_str(daos_prop_t* prop, uint32_t type, const char* str, daos_size_t len);
int daos_prop_entry_set_str(struct daos_prop_entry* entry, const char* str, daos_size_t len);

/* The same with bytes. */
int daos_prop_set_ptr(daos_prop_t* prop, uint32_t type, const void* ptr, daos_size_t size);
int daos_prop_entry_set_ptr(struct daos_prop_entry* entry, const void* ptr, daos_size_t size);
int daos_prop_entry_dup_ptr(struct daos_prop_entry* entry_dst, struct daos_prop_entry* entry_src, size_t len);

/* 0 if both are the same. */
int daos_prop_entry_cmp_acl(struct daos_prop_entry* entry1, struct daos_prop_entry* entry2);

int daos_prop_entry_dup_co_roots(struct daos_prop_entry* dst, struct daos_prop_entry* src);

/* Whether entries of this type hold text; or another pointer. */
bool daos_prop_has_str(struct daos_prop_entry* entry);
bool daos_prop_has_ptr(struct daos_prop_entry* entry);

#if defined(__cplusplus)
}
#endif

#endif

/* Object classes: how an object is protected, and over how many redundancy groups it spreads. */
#ifndef FIRN_DAOS_OBJ_CLASS_H
#define FIRN_DAOS_OBJ_CLASS_H

#include <daos_types.h>
#include <inttypes.h>
#include <sys/types.h>

#if defined(__cplusplus)
extern "C" {
#endif

#define MAX_OBJ_CLASS_NAME_LEN 24
#define MAX_NUM_GROUPS ((1 << 16UL) - 1) /* X: as many as there is room for */

#define OC_REDUN_SHIFT 24
#define OBJ_CLASS_DEF(redun, grp_nr) ((redun << OC_REDUN_SHIFT) | grp_nr)

typedef uint32_t daos_oclass_id_t;
typedef uint16_t daos_oclass_hints_t;

/* One protection with each of the group counts that have a name. */
#define FIRN_OBJ_CLASSES(prefix, redun)                                                   \
  OC_##prefix##1 = OBJ_CLASS_DEF(redun, 1), OC_##prefix##2 = OBJ_CLASS_DEF(redun, 2),     \
  OC_##prefix##4 = OBJ_CLASS_DEF(redun, 4), OC_##prefix##6 = OBJ_CLASS_DEF(redun, 6),     \
  OC_##prefix##8 = OBJ_CLASS_DEF(redun, 8), OC_##prefix##12 = OBJ_CLASS_DEF(redun, 12),   \
  OC_##prefix##16 = OBJ_CLASS_DEF(redun, 16), OC_##prefix##32 = OBJ_CLASS_DEF(redun, 32), \
  OC_##prefix##X = OBJ_CLASS_DEF(redun, MAX_NUM_GROUPS)

enum daos_obj_redun {
  OC_UNKNOWN = 0,

  /* Copies. */
  OR_RP_1 = 1,
  OR_RP_2 = 8,
  OR_RP_3 = 9,
  OR_RP_4 = 10,
  OR_RP_5 = 11,
  OR_RP_6 = 12,
  OR_RP_8 = 13,
  OR_RP_12 = 14,
  OR_RP_16 = 15,
  OR_RP_24 = 16,
  OR_RP_32 = 17,
  OR_RP_48 = 18,
  OR_RP_64 = 19,
  OR_RP_128 = 20,

  /* Data and parity cells. */
  OR_RS_2P1 = 32,
  OR_RS_2P2 = 33,
  OR_RS_4P1 = 34,
  OR_RS_4P2 = 35,
  OR_RS_8P1 = 36,
  OR_RS_8P2 = 37,
  OR_RS_16P1 = 38,
  OR_RS_16P2 = 39,
  OR_RS_4P3 = 40,
  OR_RS_8P3 = 41,
  OR_RS_16P3 = 42,

  /* Classes that leave the details to the system. */
  OC_BACK_COMPAT = 50,
  OC_TINY = 51,
  OC_SMALL = 52,
  OC_LARGE = 53,
  OC_MAX = 54,
  OC_RP_TINY = 60,
  OC_RP_SMALL = 61,
  OC_RP_LARGE = 62,
  OC_RP_MAX = 63,
  OC_RP_SF_TINY = 70,
  OC_RP_SF_SMALL = 71,
  OC_RP_SF_LARGE = 72,
  OC_RP_SF_MAX = 73,
  OC_RP_XSF = 80,
  OC_EC_TINY = 100,
  OC_EC_SMALL = 101,
  OC_EC_LARGE = 102,
  OC_EC_MAX = 103,

  /* OC_S1 to OC_SX, OC_RP_2G1 to OC_RP_2GX, and so on. */
  FIRN_OBJ_CLASSES(S, OR_RP_1),
  FIRN_OBJ_CLASSES(RP_2G, OR_RP_2),
  FIRN_OBJ_CLASSES(RP_3G, OR_RP_3),
  FIRN_OBJ_CLASSES(RP_4G, OR_RP_4),
  FIRN_OBJ_CLASSES(RP_5G, OR_RP_5),
  FIRN_OBJ_CLASSES(RP_6G, OR_RP_6),
  OC_RP_12G1 = OBJ_CLASS_DEF(OR_RP_12, 1),
  OC_RP_16G1 = OBJ_CLASS_DEF(OR_RP_16, 1),
  OC_RP_24G1 = OBJ_CLASS_DEF(OR_RP_24, 1),
  OC_RP_32G1 = OBJ_CLASS_DEF(OR_RP_32, 1),
  OC_RP_48G1 = OBJ_CLASS_DEF(OR_RP_48, 1),
  OC_RP_64G1 = OBJ_CLASS_DEF(OR_RP_64, 1),
  OC_RP_128G1 = OBJ_CLASS_DEF(OR_RP_128, 1),
  FIRN_OBJ_CLASSES(EC_2P1G, OR_RS_2P1),
  FIRN_OBJ_CLASSES(EC_2P2G, OR_RS_2P2),
  FIRN_OBJ_CLASSES(EC_4P1G, OR_RS_4P1),
  FIRN_OBJ_CLASSES(EC_4P2G, OR_RS_4P2),
  FIRN_OBJ_CLASSES(EC_4P3G, OR_RS_4P3),
  FIRN_OBJ_CLASSES(EC_8P1G, OR_RS_8P1),
  FIRN_OBJ_CLASSES(EC_8P2G, OR_RS_8P2),
  FIRN_OBJ_CLASSES(EC_8P3G, OR_RS_8P3),
  FIRN_OBJ_CLASSES(EC_16P1G, OR_RS_16P1),
  FIRN_OBJ_CLASSES(EC_16P2G, OR_RS_16P2),
  FIRN_OBJ_CLASSES(EC_16P3G, OR_RS_16P3),

  OC_RESERVED = 1 << 30,
};

#undef FIRN_OBJ_CLASSES

enum daos_obj_schema {
  DAOS_OS_SINGLE,
  DAOS_OS_STRIPED,
  DAOS_OS_DYN_STRIPED,
  DAOS_OS_DYN_CHUNKED,
};

enum daos_obj_resil {
  DAOS_RES_EC,
  DAOS_RES_REPL,
};

/* Named outside the struct that uses them, so that both languages see them alike. */
struct daos_rp_attr {
  unsigned int r_proto;
  unsigned int r_num; /* copies */
};

struct daos_ec_attr {
  unsigned short e_k; /* data cells */
  unsigned short e_p; /* parity cells */
  unsigned int e_len; /* bytes of a cell */
};

struct daos_oclass_attr {
  enum daos_obj_schema ca_schema;
  enum daos_obj_resil ca_resil;
  unsigned int ca_resil_degree;
  unsigned int ca_grp_nr;
  union {
    struct daos_rp_attr rp;
    struct daos_ec_attr ec;
  } u;
};

struct daos_oclass_list {
  uint32_t cl_nr;
  uint32_t cl_nr_out;
  daos_oclass_id_t* cl_cids;
  struct daos_oclass_attr* cl_cattrs;
};

/* "S1", "RP_2GX", "EC_4P2G1" ... exactly so; OC_UNKNOWN for other text. */
int daos_oclass_name2id(const char* name);

/* All names, each followed by ", "; returns the length. -DER_OVERFLOW: does not fit into `size` bytes. */
ssize_t daos_oclass_names_list(size_t size, char* str);

/* How many classes there are; `opts` has no meaning. */
int daos_oclass_nr(int opts);

/* `name` takes MAX_OBJ_CLASS_NAME_LEN bytes. -1 and "UNKNOWN" if there is no such class. */
int daos_oclass_id2name(daos_oclass_id_t oc_id, char* name);

/* These three: -DER_NOSYS. */
int daos_obj_register_class(daos_handle_t coh, daos_oclass_id_t cid, struct daos_oclass_attr* attr,
                            daos_event_t* ev);
int daos_obj_query_class(daos_handle_t coh, daos_oclass_id_t cid, struct daos_oclass_attr* attr,
                         daos_event_t* ev);
int daos_obj_list_class(daos_handle_t coh, struct daos_oclass_list* list, daos_anchor_t* anchor,
                        daos_event_t* ev);

#if defined(__cplusplus)
}
#endif

#endif

/* Containers and snapshots. */
#ifndef FIRN_DAOS_CONT_H
#define FIRN_DAOS_CONT_H

#include <daos_api.h>
#include <daos_security.h>

/* The exported names. */
#define daos_cont_create daos_cont_create2
#define daos_cont_open daos_cont_open2
#define daos_cont_destroy daos_cont_destroy2

#if defined(__cplusplus)
extern "C" {
#endif

/* How a container is opened: one of the first three, and any of the others. */
#define DAOS_COO_RO (1U << 0)
#define DAOS_COO_RW (1U << 1)
#define DAOS_COO_EX (1U << 2)
#define DAOS_COO_FORCE (1U << 3)      /* although data may be lost */
#define DAOS_COO_RO_MDSTATS (1U << 4) /* the open leaves the times as they are */
#define DAOS_COO_EVICT (1U << 5)      /* the caller's other handles are closed */
#define DAOS_COO_EVICT_ALL (1U << 6)  /* all other handles are */
#define DAOS_COO_NEW_LAYOUT (1U << 7)
#define DAOS_COO_NBITS (8)
#define DAOS_COO_MASK ((1U << DAOS_COO_NBITS) - 1)
#define DAOS_COO_IO_BASE_MASK (DAOS_COO_RO | DAOS_COO_RW | DAOS_COO_EX)

#define DAOS_CONT_HINT_MAX_LEN 128
#define DAOS_SNAPSHOT_MAX_LEN 128

/* As daos_pool_local2global(). */
int daos_cont_local2global(daos_handle_t coh, d_iov_t* glob);

/* `poh`: the pool's handle in this process. */
int daos_cont_global2local(daos_handle_t poh, d_iov_t glob, daos_handle_t* coh);

/* The UUID is made by the library. cont_prop may be NULL, or hold a label and other properties. */
int daos_cont_create(daos_handle_t poh, uuid_t* uuid, daos_prop_t* cont_prop, daos_event_t* ev);

/* -DER_EXIST if the label is taken. cont_prop and uuid may be NULL. */
int daos_cont_create_with_label(daos_handle_t poh, const char* label, daos_prop_t* cont_prop, uuid_t* uuid,
                                daos_event_t* ev);

/* By label or UUID. info may be NULL. */
int daos_cont_open(daos_handle_t poh, const char* cont, unsigned int flags, daos_handle_t* coh,
                   daos_cont_info_t* info, daos_event_t* ev);

/* Objects that are still open stay so. */
int daos_cont_close(daos_handle_t coh, daos_event_t* ev);

/* -DER_BUSY while it is open somewhere, unless force is set. */
int daos_cont_destroy(daos_handle_t poh, const char* cont, int force, daos_event_t* ev);

/* info and cont_prop may be NULL. A list without entries asks for all properties. */
int daos_cont_query(daos_handle_t coh, daos_cont_info_t* info, daos_prop_t* cont_prop, daos_event_t* ev);

/* *acl_prop holds ACL, owner and group; the caller frees it. */
int daos_cont_get_acl(daos_handle_t coh, daos_prop_t** acl_prop, daos_event_t* ev);

int daos_cont_set_prop(daos_handle_t coh, daos_prop_t* prop, daos_event_t* ev);

/* Declares an unclean container healthy. */
int daos_cont_status_clear(daos_handle_t coh, daos_event_t* ev);

int daos_cont_overwrite_acl(daos_handle_t coh, struct daos_acl* acl, daos_event_t* ev);

/* Adds these entries, or replaces those of the same principals. */
int daos_cont_update_acl(daos_handle_t coh, struct daos_acl* acl, daos_event_t* ev);

/* -DER_NONEXIST if the principal has no entry. */
int daos_cont_delete_acl(daos_handle_t coh, enum daos_acl_principal_type type, d_string_t name,
                         daos_event_t* ev);

/* Either may be NULL. They have to be known on this host; with _no_check they need not be. */
int daos_cont_set_owner(daos_handle_t coh, d_string_t user, d_string_t group, daos_event_t* ev);
int daos_cont_set_owner_no_check(daos_handle_t coh, d_string_t user, d_string_t group, daos_event_t* ev);

/* User attributes, as those of pools. */
int daos_cont_list_attr(daos_handle_t coh, char* buffer, size_t* size, daos_event_t* ev);
int daos_cont_get_attr(daos_handle_t coh, int n, char const* const names[], void* const buffers[],
                       size_t sizes[], daos_event_t* ev);
int daos_cont_set_attr(daos_handle_t coh, int n, char const* const names[], void const* const values[],
                       size_t const sizes[], daos_event_t* ev);
int daos_cont_del_attr(daos_handle_t coh, int n, char const* const names[], daos_event_t* ev);

/* Reserves num_oids numbers that nobody else gets; *oid is the first. */
int daos_cont_alloc_oids(daos_handle_t coh, daos_size_t num_oids, uint64_t* oid, daos_event_t* ev);

/* Asks for aggregation up to the epoch; 0: now. */
int daos_cont_aggregate(daos_handle_t coh, daos_epoch_t epoch, daos_event_t* ev);

/* Both: -DER_NOSYS. */
int daos_cont_rollback(daos_handle_t coh, daos_epoch_t epoch, daos_event_t* ev);
int daos_cont_subscribe(daos_handle_t coh, daos_epoch_t* epoch, daos_event_t* ev);

/* A snapshot of this moment. name has to be NULL. */
int daos_cont_create_snap(daos_handle_t coh, daos_epoch_t* epoch, char* name, daos_event_t* ev);

enum daos_snapshot_opts {
  DAOS_SNAP_OPT_CR = (1 << 0),  /* make the snapshot */
  DAOS_SNAP_OPT_OIT = (1 << 1), /* with a table of its objects */
};

int daos_cont_create_snap_opt(daos_handle_t coh, daos_epoch_t* epoch, char* name,
                              enum daos_snapshot_opts opts, daos_event_t* ev);

/* *nr: what epochs can take, then how many there are; epochs NULL: only counts. One call lists all. */
int daos_cont_list_snap(daos_handle_t coh, int* nr, daos_epoch_t* epochs, char** names, daos_anchor_t* anchor,
                        daos_event_t* ev);

/* One (lo = hi), all up to hi (lo 0), or all from lo on (hi DAOS_EPOCH_MAX). */
int daos_cont_destroy_snap(daos_handle_t coh, daos_epoch_range_t epr, daos_event_t* ev);

/* As daos_pool_get_perms(). */
int daos_cont_get_perms(daos_prop_t* cont_prop, uid_t uid, gid_t* gids, size_t nr_gids, uint64_t* perms);

/* The table of a snapshot's objects: made later, and removed through its handle. */
int daos_cont_snap_oit_create(daos_handle_t coh, daos_epoch_t epoch, char* name, daos_event_t* ev);
int daos_cont_snap_oit_destroy(daos_handle_t coh, daos_handle_t oh, daos_event_t* ev);

#if defined(__cplusplus)
}
#endif

#endif

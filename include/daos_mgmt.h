/* The system: what it consists of, and aids for tests. */
#ifndef FIRN_DAOS_MGMT_H
#define FIRN_DAOS_MGMT_H

#include <daos_cont.h>
#include <uuid/uuid.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* To be given back with daos_mgmt_put_sys_info(). */
int daos_mgmt_get_sys_info(const char* sys, struct daos_sys_info** info);
void daos_mgmt_put_sys_info(struct daos_sys_info* info);

typedef struct {
  uuid_t mgpi_uuid;
  d_string_t mgpi_label;
  d_rank_list_t* mgpi_svc; /* where its metadata are */
  d_rank_t mgpi_ldr;
} daos_mgmt_pool_info_t;

/* *npools: what pools can take, then how many there are. */
int daos_mgmt_list_pools(const char* group, daos_size_t* npools, daos_mgmt_pool_info_t* pools,
                         daos_event_t* ev);

/* Stops the leader of the pool's metadata service. */
int daos_pool_stop_svc(daos_handle_t poh, daos_event_t* ev);

/* key_id */
enum {
  DMG_KEY_FAIL_LOC = 0,
  DMG_KEY_FAIL_VALUE,
  DMG_KEY_FAIL_NUM,
  DMG_KEY_NUM,
};

/* Makes engines fail on purpose; rank -1: all. */
int daos_debug_set_params(const char* grp, d_rank_t rank, unsigned int key_id, uint64_t value,
                          uint64_t value_extra, daos_event_t* ev);

/* A line in the engines' logs. */
int daos_debug_add_mark(const char* mark);

int daos_mgmt_get_bs_state(const char* group, uuid_t blobstore_uuid, int* blobstore_state, daos_event_t* ev);

/* The server's version. The caller frees *tag. */
int dc_mgmt_srv_version(uint32_t* major, uint32_t* minor, uint32_t* patch, char** tag);

#if defined(__cplusplus)
}
#endif

#endif

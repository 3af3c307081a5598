/* Flat key-value objects: text keys, one value each. */
#ifndef FIRN_DAOS_KV_H
#define FIRN_DAOS_KV_H

#include <daos_obj.h>
#include <daos_types.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* The conditions that apply here, by names of their own. */
#define DAOS_COND_KEY_INSERT DAOS_COND_DKEY_INSERT
#define DAOS_COND_KEY_UPDATE DAOS_COND_DKEY_UPDATE
#define DAOS_COND_KEY_GET DAOS_COND_DKEY_FETCH
#define DAOS_COND_KEY_REMOVE DAOS_COND_PUNCH

int daos_kv_open(daos_handle_t coh, daos_obj_id_t oid, unsigned int mode, daos_handle_t* oh,
                 daos_event_t* ev);

int daos_kv_close(daos_handle_t oh, daos_event_t* ev);

/* Punches the object; the handle remains to be closed. */
int daos_kv_destroy(daos_handle_t oh, daos_handle_t th, daos_event_t* ev);

int daos_kv_put(daos_handle_t oh, daos_handle_t th, uint64_t flags, const char* key, daos_size_t size,
                const void* buf, daos_event_t* ev);

/*
 * *size: of the buffer, then of the value. buf NULL or *size 0: only the size. -DER_REC2BIG: it does not fit.
 * A key that is not there has size 0, or is -DER_NONEXIST with DAOS_COND_KEY_GET.
 */
int daos_kv_get(daos_handle_t oh, daos_handle_t th, uint64_t flags, const char* key, daos_size_t* size,
                void* buf, daos_event_t* ev);

int daos_kv_remove(daos_handle_t oh, daos_handle_t th, uint64_t flags, const char* key, daos_event_t* ev);

/* As daos_obj_list_dkey(). */
int daos_kv_list(daos_handle_t oh, daos_handle_t th, uint32_t* nr, daos_key_desc_t* kds, d_sg_list_t* sgl,
                 daos_anchor_t* anchor, daos_event_t* ev);

#if defined(__cplusplus)
}
#endif

#endif

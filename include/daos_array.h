/* Arrays: an object as one sequence of cells of equal size, cut into chunks that lie on different targets. */
#ifndef FIRN_DAOS_ARRAY_H
#define FIRN_DAOS_ARRAY_H

#include <daos_obj.h>
#include <daos_obj_class.h>
#include <daos_types.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* More ranges than this in one call, more than this of them tiny: -DER_NOTSUPPORTED. */
#define DAOS_ARRAY_LIST_IO_LIMIT 16384
/* A range of at most so many cells is tiny. */
#define DAOS_ARRAY_RG_LEN_THD 16

/* In cells. */
typedef struct {
  daos_off_t rg_idx;
  daos_size_t rg_len;
} daos_range_t;

typedef struct {
  daos_size_t arr_nr;
  daos_range_t* arr_rgs;
  /* Set by daos_array_read() of byte arrays: cells asked for behind the end, and before it. */
  daos_size_t arr_nr_short_read;
  daos_size_t arr_nr_read;
} daos_array_iod_t;

typedef struct {
  daos_size_t st_size;
  daos_epoch_t st_max_epoch; /* of the last change, 0: none */
} daos_array_stbuf_t;

/* For an array that stores its sizes (add_attr), or one whose user knows them. */
static inline int daos_array_generate_oid(daos_handle_t coh, daos_obj_id_t* oid, bool add_attr,
                                          daos_oclass_id_t cid, daos_oclass_hints_t hints, uint32_t args) {
  return daos_obj_generate_oid(coh, oid, add_attr ? DAOS_OT_ARRAY : DAOS_OT_ARRAY_ATTR, cid, hints, args);
}

/* Stores the sizes (a cell in bytes, a chunk in cells) and opens it. -DER_EXIST if it is there. */
int daos_array_create(daos_handle_t coh, daos_obj_id_t oid, daos_handle_t th, daos_size_t cell_size,
                      daos_size_t chunk_size, daos_handle_t* oh, daos_event_t* ev);

/* Reads the sizes. -DER_NONEXIST: nothing there; -DER_NO_PERM: not an array. */
int daos_array_open(daos_handle_t coh, daos_obj_id_t oid, daos_handle_t th, unsigned int mode,
                    daos_size_t* cell_size, daos_size_t* chunk_size, daos_handle_t* oh, daos_event_t* ev);

/* For DAOS_OT_ARRAY_ATTR and _BYTE. Asks no server. */
int daos_array_open_with_attr(daos_handle_t coh, daos_obj_id_t oid, daos_handle_t th, unsigned int mode,
                              daos_size_t cell_size, daos_size_t chunk_size, daos_handle_t* oh,
                              daos_event_t* ev);

/* As daos_pool_local2global(). mode 0: as it was opened. */
int daos_array_local2global(daos_handle_t oh, d_iov_t* glob);
int daos_array_global2local(daos_handle_t coh, d_iov_t glob, unsigned int mode, daos_handle_t* oh);

int daos_array_close(daos_handle_t oh, daos_event_t* ev);

/* Ranges and buffers have the same total. Byte arrays: holes before the end are filled with zeros. */
int daos_array_read(daos_handle_t oh, daos_handle_t th, daos_array_iod_t* iod, d_sg_list_t* sgl,
                    daos_event_t* ev);
int daos_array_write(daos_handle_t oh, daos_handle_t th, daos_array_iod_t* iod, d_sg_list_t* sgl,
                     daos_event_t* ev);

/* In cells: one past the highest that is there. */
int daos_array_get_size(daos_handle_t oh, daos_handle_t th, daos_size_t* size, daos_event_t* ev);

int daos_array_stat(daos_handle_t oh, daos_handle_t th, daos_array_stbuf_t* stbuf, daos_event_t* ev);

int daos_array_set_size(daos_handle_t oh, daos_handle_t th, daos_size_t size, daos_event_t* ev);

/* Punches the object; the handle remains to be closed. */
int daos_array_destroy(daos_handle_t oh, daos_handle_t th, daos_event_t* ev);

int daos_array_punch(daos_handle_t oh, daos_handle_t th, daos_array_iod_t* iod, daos_event_t* ev);

int daos_array_get_attr(daos_handle_t oh, daos_size_t* chunk_size, daos_size_t* cell_size);

/* In this handle only. */
int daos_array_update_chunk_size(daos_handle_t oh, daos_size_t chunk_size);

#if defined(__cplusplus)
}
#endif

#endif

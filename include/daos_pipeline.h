/* Pipelines: filters and aggregations that servers evaluate over the keys of an object. */
#ifndef FIRN_DAOS_PIPELINE_H
#define FIRN_DAOS_PIPELINE_H

#include <daos_obj.h>
#include <daos_types.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* One part of a filter: a function, a key, or constants. Types are text, such as "DAOS_FILTER_FUNC_EQ". */
typedef struct {
  d_iov_t part_type;
  d_iov_t data_type;
  uint32_t num_operands;
  daos_key_t akey;
  size_t num_constants;
  d_iov_t* constant;
  size_t data_offset;
  size_t data_len;
} daos_filter_part_t;

/* Parts in prefix order: a function, then its operands. */
typedef struct {
  d_iov_t filter_type; /* "DAOS_FILTER_CONDITION" or "DAOS_FILTER_AGGREGATION" */
  uint32_t num_parts;
  daos_filter_part_t** parts;
} daos_filter_t;

/* What passes all filters is aggregated by all aggr_filters. */
typedef struct {
  uint64_t version;
  uint32_t num_filters;
  daos_filter_t** filters;
  uint32_t num_aggr_filters;
  daos_filter_t** aggr_filters;
} daos_pipeline_t;

/* What was looked at. */
typedef struct {
  uint64_t nr_objs;
  uint64_t nr_dkeys;
  uint64_t nr_akeys;
} daos_pipeline_stats_t;

void daos_pipeline_init(daos_pipeline_t* pipeline);
void daos_filter_init(daos_filter_t* filter);

/* What is added stays the caller's, and stays where it is. */
int daos_pipeline_add(daos_pipeline_t* pipeline, daos_filter_t* filter);
int daos_filter_add(daos_filter_t* filter, daos_filter_part_t* part);

/* -DER_INVAL: makes no sense; -DER_NOSYS: not known. */
int daos_pipeline_check(daos_pipeline_t* pipeline);

/* What the library allocated for it. */
int daos_pipeline_free(daos_pipeline_t* pipeline);

/*
 * Over all dkeys from the anchor on, or the given one. Keys that pass go to sgl_keys with lengths in kds, the
 * values of their iods to sgl_recx with sizes in recx_size (which may be NULL), aggregates to sgl_agg.
 */
int daos_pipeline_run(daos_handle_t coh, daos_handle_t oh, daos_pipeline_t* pipeline, daos_handle_t th,
                      uint64_t flags, daos_key_t* dkey, uint32_t* nr_iods, daos_iod_t* iods,
                      daos_anchor_t* anchor, uint32_t* nr_kds, daos_key_desc_t* kds, d_sg_list_t* sgl_keys,
                      d_sg_list_t* sgl_recx, daos_size_t* recx_size, d_sg_list_t* sgl_agg,
                      daos_pipeline_stats_t* stats, daos_event_t* ev);

#if defined(__cplusplus)
}
#endif

#endif

// Filters of containers: a few comparisons, all or any of which have to hold; daos_pool.h.
#include <cstdlib>

#include <daos_errno.h>
#include <daos_pool.h>

int daos_pool_cont_filter_init(daos_pool_cont_filter_t* filt, uint32_t combine_func) {
  if (filt == nullptr || combine_func > PCF_COMBINE_LOGICAL_OR) return -DER_INVAL;
  *filt = {.pcf_combine_func = combine_func, .pcf_nparts = 0, .pcf_parts = nullptr};
  return 0;
}

int daos_pool_cont_filter_add(daos_pool_cont_filter_t* filt, daos_pool_cont_filter_part_t* part) {
  if (filt == nullptr || part == nullptr || part->pcfp_func >= PCF_FUNC_MAX || part->pcfp_key >= PCF_KEY_MAX)
    return -DER_INVAL;
  if (filt->pcf_nparts >= DAOS_POOL_CONT_FILTER_MAX_NPARTS) return -DER_OVERFLOW;
  if (filt->pcf_parts == nullptr) {
    filt->pcf_parts = static_cast<daos_pool_cont_filter_part_t**>(
        calloc(DAOS_POOL_CONT_FILTER_MAX_NPARTS, sizeof(daos_pool_cont_filter_part_t*)));
    if (filt->pcf_parts == nullptr) return -DER_NOMEM;
  }
  filt->pcf_parts[filt->pcf_nparts++] = part;
  return 0;
}

void daos_pool_cont_filter_fini(daos_pool_cont_filter_t* filt) {
  if (filt == nullptr) return;
  for (uint32_t index = 0; index < filt->pcf_nparts; ++index) free(filt->pcf_parts[index]);
  free(filt->pcf_parts);
  *filt = {};
}

// Text from programs: any bytes are an error or a list whose numbers are in their bounds.
#include <cstdint>

#include <daos_prop.h>

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  daos_prop_t* list = nullptr;
  const int result = daos_prop_from_str(reinterpret_cast<const char*>(data), size, &list);
  FIRN_ASSERT((result == 0) == (list != nullptr));
  if (result != 0) return 0;
  FIRN_ASSERT(list->dpp_nr > 0);
  if (const daos_prop_entry* factor = daos_prop_entry_get(list, DAOS_PROP_CO_REDUN_FAC)) {
    FIRN_ASSERT(factor->dpe_val <= DAOS_RF_MAX);
  }
  if (const daos_prop_entry* label = daos_prop_entry_get(list, DAOS_PROP_CO_LABEL)) {
    FIRN_ASSERT(daos_label_is_valid(label->dpe_str));
  }
  daos_prop_free(list);
  return 0;
}

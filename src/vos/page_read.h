// read_index_page: one page of the index from where the page table says it lies, checked.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "runtime/block_device.h"
#include "vos/page_table.h"

namespace firn::vos {

// Fills `target` (kPageBytes). Code::corrupt, naming page and block, if it is not that page, whole, in the
// state that the table knows; Code::version, Code::io. Precondition: the place lies within the device.
Task<Result<void>> read_index_page(BlockDevice& main, PageId page, PageTable::Place place,
                                   MutableBytes target);

}  // namespace firn::vos

// The part of a check (check.h) that looks at the log.
#pragma once

#include "vos/check_context.h"
#include "vos/checkpoint_root.h"
#include "vos/superblock.h"

namespace firn::vos {

// `free`: the checkpoint's free list, of which each record takes the blocks of its data; nullptr: not
// readable. All live until the task has ended.
Task<void> check_log(CheckContext* context, const Superblock* superblock, const CheckpointRoot* root,
                     const FreeList* free);

}  // namespace firn::vos

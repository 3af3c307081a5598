/* The DAOS API, version 2.8.0, as Firn provides it: everything but files (daos_fs.h) and tasks (daos_task.h).
 */
#ifndef FIRN_DAOS_H
#define FIRN_DAOS_H

#include <daos_api.h>
#include <daos_array.h>
#include <daos_cont.h>
#include <daos_event.h>
#include <daos_kv.h>
#include <daos_mgmt.h>
#include <daos_obj.h>
#include <daos_pool.h>
#include <daos_prop.h>
#include <daos_security.h>
#include <daos_types.h>
#include <daos_version.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Before all other calls. May be called again: each needs its daos_fini(). */
int daos_init(void);

/* The last one closes what is open. -DER_UNINIT if there was no daos_init(). */
int daos_fini(void);

/* In the child after fork(). Pool, container and object handles stay valid, event queues have to be made
 * anew. */
int daos_reinit(void);

#if defined(__cplusplus)
}
#endif

#endif

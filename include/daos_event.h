/*
 * Events and event queues. Most calls take an event as their last argument: NULL makes the call wait;
 * otherwise it returns at once and the result is in ev_error when the event has completed.
 *
 * Operations make progress only in calls of this library: poll the queue, or test the event.
 */
#ifndef FIRN_DAOS_EVENT_H
#define FIRN_DAOS_EVENT_H

#include <daos_errno.h>
#include <daos_types.h>

#if defined(__cplusplus)
extern "C" {
#endif

#define DAOS_EQ_DESTROY_FORCE 1

int daos_eq_create(daos_handle_t* eqh);

/* -DER_BUSY while events are running, unless flags has DAOS_EQ_DESTROY_FORCE: their operations are aborted.
 */
int daos_eq_destroy(daos_handle_t eqh, int flags);

/*
 * Waits up to `timeout` us (DAOS_EQ_WAIT, DAOS_EQ_NOWAIT) for completed events; how many of them `events`
 * holds, or a negative error. With wait_running it returns 0 at once if nothing is running. A polled event
 * may be used again.
 */
int daos_eq_poll(daos_handle_t eqh, int wait_running, int64_t timeout, unsigned int nevents,
                 daos_event_t** events);

/* How many events are in the given states; fills at most `nevents` of them in, if events is not NULL. */
int daos_eq_query(daos_handle_t eqh, daos_eq_query_t query, unsigned int nevents, daos_event_t** events);

/* An event of the queue, or of the parent, or of neither (DAOS_HDL_INVAL, NULL): then it is tested. */
int daos_event_init(daos_event_t* ev, daos_handle_t eqh, daos_event_t* parent);

/* -DER_BUSY while it runs. A parent's children are finished with it. */
int daos_event_fini(daos_event_t* ev);

/* The child after `child`, the first one for NULL; NULL at the end. */
daos_event_t* daos_event_next(daos_event_t* parent, daos_event_t* child);

/* Waits up to `timeout` us; *flag says whether the event has completed. -DER_NO_PERM for a child. */
int daos_event_test(struct daos_event* ev, int64_t timeout, bool* flag);

/* Gets the argument, the event and its result; what it returns, if not 0, becomes the result. */
typedef int (*daos_event_comp_cb_t)(void*, daos_event_t*, int);

/* Calls `cb` on completion, before the event can be polled. */
int daos_event_register_comp_cb(struct daos_event* ev, daos_event_comp_cb_t cb, void* arg);

/* No more children: the parent completes when all of them have. */
int daos_event_parent_barrier(struct daos_event* ev);

/* Marks the event as aborted. Its operation may still take effect, and the event has to be polled. */
int daos_event_abort(daos_event_t* ev);

#if defined(__cplusplus)
}
#endif

#endif

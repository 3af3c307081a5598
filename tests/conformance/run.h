/* Calls of the DAOS API, made in two ways: waiting for them, or with events of a queue. */
#ifndef FIRN_TESTS_RUN_H
#define FIRN_TESTS_RUN_H

#include <daos.h>

#include "expect.h"

/* The queue of the second round; invalid: calls wait. */
static daos_handle_t queue;

/* How a call ends: at once, or with its event. */
static int ended(int started, daos_event_t* event) {
  daos_event_t* polled = NULL;

  if (event == NULL) return started;
  if (started != 0) {
    daos_event_fini(event);
    return started;
  }
  EXPECT(daos_eq_poll(queue, 1, DAOS_EQ_WAIT, 1, &polled), 1);
  EXPECT(polled == event, 1);
  EXPECT(daos_event_fini(event), 0);
  return event->ev_error;
}

static daos_event_t* next_event(daos_event_t* event) {
  if (daos_handle_is_inval(queue)) return NULL;
  EXPECT(daos_event_init(event, queue, NULL), 0);
  return event;
}

/* RUN(function, its arguments but the event): its end. */
#define RUN(function, ...) (event = next_event(&memory), ended(function(__VA_ARGS__, event), event))

#define EVENTS         \
  daos_event_t memory; \
  daos_event_t* event

#endif

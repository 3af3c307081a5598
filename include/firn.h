/* What Firn adds to the API. */
#ifndef FIRN_FIRN_H
#define FIRN_FIRN_H

#if defined(__cplusplus)
extern "C" {
#endif

/*
 * Why the last call of this thread that failed did so, and what to do about it; of operations with an event,
 * the last one whose end this thread has brought about by polling or testing. "" if there was none. Valid
 * until this thread's next call.
 */
const char* firn_last_error(void);

#if defined(__cplusplus)
}
#endif

#endif

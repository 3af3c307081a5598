/* Short names for atomic operations without ordering. In C only; C++ has its own. */
#ifndef FIRN_GURT_ATOMIC_H
#define FIRN_GURT_ATOMIC_H

#if defined(__cplusplus)
#define ATOMIC
#else
#include <stdatomic.h>

#define ATOMIC _Atomic

#define atomic_load_relaxed(ptr) atomic_load_explicit(ptr, memory_order_relaxed)
#define atomic_store_relaxed(ptr, value) atomic_store_explicit(ptr, value, memory_order_relaxed)
#define atomic_store_release(ptr, value) atomic_store_explicit(ptr, value, memory_order_release)
#define atomic_fetch_add_relaxed(ptr, value) atomic_fetch_add_explicit(ptr, value, memory_order_relaxed)
#define atomic_fetch_sub_relaxed(ptr, value) atomic_fetch_sub_explicit(ptr, value, memory_order_relaxed)
/* `oldvalue` is a variable; it becomes what was found if that was something else. */
#define atomic_compare_exchange(ptr, oldvalue, newvalue) \
  atomic_compare_exchange_weak_explicit(ptr, &oldvalue, newvalue, memory_order_relaxed, memory_order_relaxed)
#endif

#endif

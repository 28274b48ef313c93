#pragma once
#include <malloc.h>

/// Asks for the cache line at `address` and goes on; never faults.
static inline void tapefold_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Lets the heap keep up to `kept_bytes` of freed memory and grow in steps of `step_bytes`.
static inline void tapefold_keep_freed_memory(int kept_bytes, int step_bytes) {
    mallopt(M_TRIM_THRESHOLD, kept_bytes);
    mallopt(M_MMAP_THRESHOLD, kept_bytes);
    mallopt(M_TOP_PAD, step_bytes);
}

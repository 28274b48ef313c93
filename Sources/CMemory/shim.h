#pragma once
#include <stddef.h>
#include <sys/mman.h>

/// Asks for the cache line at `address` and goes on; never faults.
static inline void tapefold_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Zeroed memory for a table that is looked up all over: in huge pages where there are any, or else each look-up
/// waits for the page tables too. NULL when there is none.
static inline void *tapefold_table_allocate(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

static inline void tapefold_table_free(void *memory, size_t bytes) { munmap(memory, bytes); }

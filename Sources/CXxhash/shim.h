#pragma once
#define XXH_INLINE_ALL
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <xxhash.h>

/// 128 bits of XXH3 with seed 0. A function of our own, because XXH_INLINE_ALL renames the library's by macros.
static inline XXH128_hash_t tapefold_xxh3_128(const void *bytes, size_t length) { return XXH3_128bits(bytes, length); }

static inline XXH128_hash_t tapefold_xxh3_128_seeded(const void *bytes, size_t length, unsigned long long seed) {
    return XXH3_128bits_withSeed(bytes, length, seed);
}

/// Whether both runs hold the same bytes.
static inline bool tapefold_same_bytes(const void *left, const void *right, size_t length) {
    return memcmp(left, right, length) == 0;
}

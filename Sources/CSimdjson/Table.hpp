#pragma once

#include "Text.hpp"

/// A collision-free hash table of the few names an object may have.
struct csimdjson_table {
    static constexpr uint32_t maximum_names = 64;
    static constexpr uint32_t maximum_name_bytes = 32;

    uint32_t count = 0;
    uint32_t shift = 0;
    uint64_t multiplier = 0;
    uint8_t lengths[maximum_names] = {};
    /// Zero-padded, so that two names are compared by whole words.
    uint8_t names[maximum_names][maximum_name_bytes] = {};
    int8_t slots[1024] = {};

    /// `name` must be readable for 8 bytes beyond its start.
    uint32_t slot_of(const uint8_t *name, uint32_t length) const {
        uint64_t word = tapefold::load8(name);
        if (length < 8) word &= (1ull << (length * 8)) - 1;
        return static_cast<uint32_t>(((word ^ (static_cast<uint64_t>(length) << 56)) * multiplier) >> shift);
    }

    int32_t find(const uint8_t *name, uint32_t length) const {
        if (length == 0 || length > maximum_name_bytes) return -1;
        const int32_t id = slots[slot_of(name, length)];
        if (id < 0 || lengths[id] != length || std::memcmp(names[id], name, length) != 0) return -1;
        return id;
    }
};

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

    /// The first eight bytes of a name, zero-padded. `name` must be readable for 8 bytes.
    static uint64_t head_of(const uint8_t *name, uint32_t length) {
        const uint64_t word = tapefold::load8(name);
        return length < 8 ? word & ((1ull << (length * 8)) - 1) : word;
    }

    uint32_t slot_of(uint64_t head, uint32_t length) const {
        return static_cast<uint32_t>(((head ^ (static_cast<uint64_t>(length) << 56)) * multiplier) >> shift);
    }

    /// `name` must be readable for 8 bytes.
    int32_t find(const uint8_t *name, uint32_t length) const {
        if (length - 1 >= maximum_name_bytes) return -1;
        const uint64_t head = head_of(name, length);
        const int32_t id = slots[slot_of(head, length)];
        if (id < 0 || lengths[id] != length || tapefold::load8(names[id]) != head) return -1;
        // Whole words that overlap: a call of memcmp costs more than all of this.
        for (uint32_t start = 8; start < length; start += 8) {
            const uint32_t place = start + 8 <= length ? start : length - 8;
            if (tapefold::load8(name + place) != tapefold::load8(names[id] + place)) return -1;
        }
        return id;
    }
};

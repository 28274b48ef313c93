#include "Table.hpp"

#include <memory>
#include <new>

#include "CSimdjson.h"

namespace {

/// Fills the slots with this multiplier; false on a collision.
bool place(csimdjson_table &table) {
    std::memset(table.slots, -1, sizeof table.slots);
    for (uint32_t id = 0; id < table.count; id += 1) {
        int8_t &slot = table.slots[table.slot_of(tapefold::load8(table.names[id]), table.lengths[id])];
        if (slot >= 0) return false;
        slot = static_cast<int8_t>(id);
    }
    return true;
}

/// Tries multipliers of a fixed sequence, then a larger table: deterministic, and done once a table.
bool find_perfect_hash(csimdjson_table &table) {
    for (uint32_t bits = 7; bits <= 10; bits += 1) {
        table.shift = 64 - bits;
        uint64_t seed = 0x9E3779B97F4A7C15ull;
        for (int attempt = 0; attempt < 100000; attempt += 1) {
            seed = seed * 6364136223846793005ull + 1442695040888963407ull;
            table.multiplier = seed | 1;
            if (place(table)) return true;
        }
    }
    return false;
}

}  // namespace

extern "C" csimdjson_table *csimdjson_table_create(const char *const *names, uint32_t count) {
    if (count > csimdjson_table::maximum_names) return nullptr;
    std::unique_ptr<csimdjson_table> table(new (std::nothrow) csimdjson_table);
    if (!table) return nullptr;
    table->count = count;
    for (uint32_t id = 0; id < count; id += 1) {
        const size_t length = std::strlen(names[id]);
        if (length == 0 || length > csimdjson_table::maximum_name_bytes) return nullptr;
        table->lengths[id] = static_cast<uint8_t>(length);
        std::memcpy(table->names[id], names[id], length);
    }
    return find_perfect_hash(*table) ? table.release() : nullptr;
}

extern "C" void csimdjson_table_destroy(csimdjson_table *table) { delete table; }

extern "C" int32_t csimdjson_table_find(const csimdjson_table *table, const uint8_t *name, uint32_t length) {
    uint8_t padded[csimdjson_table::maximum_name_bytes] = {};
    if (length > sizeof padded) return -1;
    std::memcpy(padded, name, length);
    return table->find(padded, length);
}

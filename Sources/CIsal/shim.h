#pragma once
#include <stddef.h>
#include <stdint.h>
#include <isa-l/crc.h>

// CRC-32C as Kafka, iSCSI and RFC 3720 state it: isa-l leaves both inversions to the caller.
static inline uint32_t isal_crc32c(const void *bytes, size_t count) {
    uint32_t crc = 0xFFFFFFFFu;
    const unsigned char *next = (const unsigned char *)bytes;
    while (count > 0) {
        // isa-l takes an int length.
        size_t step = count > 0x40000000u ? 0x40000000u : count;
        crc = crc32_iscsi((unsigned char *)next, (int)step, crc);
        next += step;
        count -= step;
    }
    return ~crc;
}

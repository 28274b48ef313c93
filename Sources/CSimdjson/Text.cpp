#include "Text.hpp"

#include "CSimdjson.h"

namespace tapefold {

namespace {

/// Four hexadecimal digits, or a value above 0xFFFF.
uint32_t hexadecimal(const uint8_t *digits) {
    uint32_t value = 0;
    for (int index = 0; index < 4; index += 1) {
        const uint8_t byte = digits[index];
        uint32_t digit;
        if (byte >= '0' && byte <= '9') {
            digit = byte - '0';
        } else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f') {
            digit = (byte | 0x20) - 'a' + 10;
        } else {
            return 0x10000;
        }
        value = value << 4 | digit;
    }
    return value;
}

uint8_t *append_scalar(uint8_t *target, uint32_t scalar) {
    if (scalar < 0x80) {
        *target++ = static_cast<uint8_t>(scalar);
    } else if (scalar < 0x800) {
        *target++ = static_cast<uint8_t>(0xC0 | scalar >> 6);
        *target++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    } else if (scalar < 0x10000) {
        *target++ = static_cast<uint8_t>(0xE0 | scalar >> 12);
        *target++ = static_cast<uint8_t>(0x80 | (scalar >> 6 & 0x3F));
        *target++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    } else {
        *target++ = static_cast<uint8_t>(0xF0 | scalar >> 18);
        *target++ = static_cast<uint8_t>(0x80 | (scalar >> 12 & 0x3F));
        *target++ = static_cast<uint8_t>(0x80 | (scalar >> 6 & 0x3F));
        *target++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    }
    return target;
}

/// Reads `\uXXXX`, and its partner when it is a high surrogate. `cursor` stands on the backslash.
uint32_t unicode_escape(const uint8_t *&cursor, uint32_t &scalar) {
    scalar = hexadecimal(cursor + 2);
    if (scalar > 0xFFFF) return CSIMDJSON_BAD_ESCAPE;
    if (scalar >= 0xDC00 && scalar <= 0xDFFF) return CSIMDJSON_LONE_SURROGATE;
    if (scalar >= 0xD800 && scalar <= 0xDBFF) {
        if (cursor[6] != '\\' || cursor[7] != 'u') return CSIMDJSON_LONE_SURROGATE;
        const uint32_t low = hexadecimal(cursor + 8);
        if (low < 0xDC00 || low > 0xDFFF) return low > 0xFFFF ? CSIMDJSON_BAD_ESCAPE : CSIMDJSON_LONE_SURROGATE;
        scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00);
        cursor += 6;
    }
    cursor += 6;
    return CSIMDJSON_OK;
}

/// What a two-character escape stands for, or 0.
uint8_t simple_escape(uint8_t byte) {
    switch (byte) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

}  // namespace

uint32_t unescape(const uint8_t *source, uint8_t *target, uint32_t *length, const uint8_t **fault) {
    const uint8_t *cursor = source;
    uint8_t *output = target;
    for (;;) {
        const uint8_t *stop = quote_or_backslash(cursor);
        std::memcpy(output, cursor, static_cast<size_t>(stop - cursor));
        output += stop - cursor;
        cursor = stop;
        if (*cursor == '"') break;
        if (cursor[1] == 'u') {
            uint32_t scalar = 0;
            const uint8_t *start = cursor;
            const uint32_t error = unicode_escape(cursor, scalar);
            if (error != CSIMDJSON_OK) {
                *fault = start;
                return error;
            }
            output = append_scalar(output, scalar);
        } else {
            const uint8_t byte = simple_escape(cursor[1]);
            if (byte == 0) {
                *fault = cursor;
                return CSIMDJSON_BAD_ESCAPE;
            }
            *output++ = byte;
            cursor += 2;
        }
    }
    *length = static_cast<uint32_t>(output - target);
    return CSIMDJSON_OK;
}

}  // namespace tapefold

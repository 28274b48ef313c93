#pragma once

#include <cstdint>
#include <cstring>

/// The lexical level of JSON: strings and number tokens inside a padded buffer that simdjson's first
/// stage has already found to be UTF-8 with closed strings free of control characters.
namespace tapefold {

inline uint64_t load8(const uint8_t *bytes) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    return word;
}

/// High bits mark the bytes of `word` equal to `byte`; exact up to and including the first match.
inline uint64_t matches(uint64_t word, uint8_t byte) {
    const uint64_t ones = 0x0101010101010101ull;
    const uint64_t difference = word ^ (ones * byte);
    return (difference - ones) & ~difference & (ones << 7);
}

/// The first quote or backslash at or after `cursor`.
inline const uint8_t *quote_or_backslash(const uint8_t *cursor) {
    for (;; cursor += 8) {
        const uint64_t word = load8(cursor);
        const uint64_t found = matches(word, '"') | matches(word, '\\');
        if (found != 0) {
            return cursor + (__builtin_ctzll(found) >> 3);
        }
    }
}

struct Span {
    const uint8_t *bytes;
    uint32_t length;
};

inline bool equal(Span left, Span right) {
    return left.length == right.length && std::memcmp(left.bytes, right.bytes, left.length) == 0;
}

/// Unescapes from the byte after the opening quote up to the closing one into `target`, which must have
/// room for the escaped length. Returns an error code and, with it, the offending place in `fault`.
uint32_t unescape(const uint8_t *source, uint8_t *target, uint32_t *length, const uint8_t **fault);

inline bool ends_token(uint8_t byte) {
    return byte == ',' || byte == '}' || byte == ']' || byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'
        || byte == ':' || byte == '{' || byte == '[';
}

/// The end of the number token that starts at `cursor`, or null when it breaks JSON's grammar. `end`
/// bounds the document: the padding after it counts as the end of a token.
inline const uint8_t *number_end(const uint8_t *cursor, const uint8_t *end) {
    const auto digit = [](uint8_t byte) { return static_cast<uint8_t>(byte - '0') < 10; };
    if (*cursor == '-') cursor += 1;
    if (*cursor == '0') {
        cursor += 1;
    } else {
        if (!digit(*cursor)) return nullptr;
        while (digit(*cursor)) cursor += 1;
    }
    if (*cursor == '.') {
        cursor += 1;
        if (!digit(*cursor)) return nullptr;
        while (digit(*cursor)) cursor += 1;
    }
    if (*cursor == 'e' || *cursor == 'E') {
        cursor += 1;
        if (*cursor == '+' || *cursor == '-') cursor += 1;
        if (!digit(*cursor)) return nullptr;
        while (digit(*cursor)) cursor += 1;
    }
    return cursor == end || ends_token(*cursor) ? cursor : nullptr;
}

}  // namespace tapefold

#include "Reader.hpp"

namespace {

/// The offset of the first byte that is not UTF-8, or the length.
size_t first_bad_utf8(const uint8_t *bytes, size_t size) {
    size_t index = 0;
    while (index < size) {
        const uint8_t lead = bytes[index];
        size_t following = 0;
        uint8_t low = 0x80, high = 0xBF;
        if (lead < 0x80) {
            index += 1;
            continue;
        } else if (lead >= 0xC2 && lead <= 0xDF) {
            following = 1;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            following = 2;
            if (lead == 0xE0) low = 0xA0;
            if (lead == 0xED) high = 0x9F;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            following = 3;
            if (lead == 0xF0) low = 0x90;
            if (lead == 0xF4) high = 0x8F;
        } else {
            return index;
        }
        for (size_t step = 1; step <= following; step += 1) {
            if (index + step >= size || bytes[index + step] < low || bytes[index + step] > high) return index;
            low = 0x80;
            high = 0xBF;
        }
        index += following + 1;
    }
    return size;
}

struct StringFault {
    size_t opening_of_unclosed;
    size_t control_character;
};

/// Where the string that never closes starts, and the first control character inside a string.
StringFault first_string_fault(const uint8_t *bytes, size_t size) {
    StringFault found = {size, size};
    bool inside = false;
    size_t opening = size;
    for (size_t index = 0; index < size; index += 1) {
        const uint8_t byte = bytes[index];
        if (!inside) {
            inside = byte == '"';
            if (inside) opening = index;
        } else if (byte == '\\') {
            index += 1;
        } else if (byte == '"') {
            inside = false;
        } else if (byte < 0x20 && found.control_character == size) {
            found.control_character = index;
        }
    }
    if (inside) found.opening_of_unclosed = opening;
    return found;
}

}  // namespace

/// The first stage says what is wrong but not where: look again, slowly, only for a refusal.
void csimdjson_reader::locate(uint32_t code, csimdjson_result &result) const {
    size_t place = 0;
    switch (code) {
    case CSIMDJSON_BAD_UTF8: place = first_bad_utf8(buffer.get(), size); break;
    case CSIMDJSON_UNCLOSED_STRING: place = first_string_fault(buffer.get(), size).opening_of_unclosed; break;
    case CSIMDJSON_CONTROL_CHARACTER: place = first_string_fault(buffer.get(), size).control_character; break;
    default: break;
    }
    result.offset = static_cast<uint32_t>(place);
}

void csimdjson_reader::report(csimdjson_result &result) const {
    result.error = error;
    result.offset = 0;
    result.fields = fields;
    result.child_fields = child_fields;
    result.elements = elements.data();
    result.is_plain = is_plain;
    if (error == CSIMDJSON_OK) return;
    result.name = duplicated.bytes;
    result.name_length = duplicated.length;
    result.in_child = duplicated_in_child;
    const bool in_buffer = fault >= buffer.get() && fault <= buffer.get() + size;
    if (fault != nullptr && in_buffer) {
        result.offset = static_cast<uint32_t>(fault - buffer.get());
    } else if (fault != nullptr && cursor != nullptr && cursor < last) {
        // An unescaped name lives in the arena: the token after it is near enough.
        result.offset = *cursor;
    } else {
        locate(error, result);
    }
}

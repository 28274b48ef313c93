#include "Reader.hpp"

#include <new>

using tapefold::Span;

bool csimdjson_reader::reserve(size_t length) {
    // Also for an empty document there has to be a buffer: padding follows it, and stage one reads it.
    if (buffer && length <= capacity) return true;
    size_t wanted = capacity == 0 ? 4096 : capacity;
    while (wanted < length) wanted *= 2;
    std::unique_ptr<uint8_t[]> bytes(new (std::nothrow) uint8_t[wanted + simdjson::SIMDJSON_PADDING]);
    std::unique_ptr<uint8_t[]> strings(new (std::nothrow) uint8_t[wanted + simdjson::SIMDJSON_PADDING]);
    if (!bytes || !strings) return false;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, stage)
        != simdjson::SUCCESS) {
        return false;
    }
    buffer = std::move(bytes);
    arena = std::move(strings);
    stage_one = std::move(stage);
    capacity = wanted;
    return true;
}

bool csimdjson_reader::fail(uint32_t code, const uint8_t *place) {
    error = code;
    fault = place;
    return false;
}

bool csimdjson_reader::load(const uint8_t *bytes, size_t length, csimdjson_result &result) {
    result.offset = 0;
    if (length > maximum_bytes) {
        result.error = CSIMDJSON_TOO_LARGE;
        return false;
    }
    if (!reserve(length)) {
        result.error = CSIMDJSON_NO_MEMORY;
        return false;
    }
    if (length > 0) std::memcpy(buffer.get(), bytes, length);
    // Spaces, so that a token cut off at the end never runs into what an earlier document left there.
    std::memset(buffer.get() + length, ' ', simdjson::SIMDJSON_PADDING);
    size = length;
    return true;
}

bool csimdjson_reader::begin(const uint8_t *&first) {
    error = CSIMDJSON_OK;
    fault = nullptr;
    duplicated = {nullptr, 0};
    duplicated_in_child = false;
    arena_used = 0;
    elements.clear();
    open_names.clear();
    cursor = last = nullptr;
    switch (stage_one->stage1(buffer.get(), size, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return fail(CSIMDJSON_EMPTY, nullptr);
    case simdjson::UTF8_ERROR: return fail(CSIMDJSON_BAD_UTF8, nullptr);
    case simdjson::UNCLOSED_STRING: return fail(CSIMDJSON_UNCLOSED_STRING, nullptr);
    case simdjson::UNESCAPED_CHARS: return fail(CSIMDJSON_CONTROL_CHARACTER, nullptr);
    default: return fail(CSIMDJSON_UNEXPECTED, nullptr);
    }
    is_plain = std::memchr(buffer.get(), '\\', size) == nullptr;
    cursor = stage_one->structural_indexes.get();
    last = cursor + stage_one->n_structural_indexes;
    first = next();
    return true;
}

bool csimdjson_reader::finish() {
    return cursor == last ? true : fail(CSIMDJSON_TRAILING_BYTES, peek());
}

uint32_t csimdjson_reader::read(const csimdjson_table &table, int32_t child_id, const csimdjson_table *child_table,
                                csimdjson_result &result) {
    std::memset(fields, 0, sizeof(csimdjson_field) * table.count);
    if (child_table != nullptr) std::memset(child_fields, 0, sizeof(csimdjson_field) * child_table->count);
    const uint8_t *first = nullptr;
    if (begin(first)) {
        if (*first != '{') {
            fail(CSIMDJSON_NOT_AN_OBJECT, first);
        } else if (object({&table, fields, child_id, child_table, false})) {
            finish();
        }
    }
    report(result);
    result.has_child = child_id >= 0 && fields[child_id].kind == CSIMDJSON_OBJECT;
    return result.error;
}

uint32_t csimdjson_reader::list(std::vector<csimdjson_member> &found) {
    found.clear();
    const uint8_t *first = nullptr;
    if (!begin(first)) return error;
    if (*first != '{') return CSIMDJSON_NOT_AN_OBJECT;
    if (*peek() == '}' && cursor < last) {
        next();
        return finish() ? CSIMDJSON_OK : error;
    }
    for (;;) {
        Span key;
        if (!name(key) || !remember(key, 0)) return error;
        const uint8_t *start = next();
        if (!skip(start, 2)) return error;
        const uint8_t *end = next();
        found.push_back({key.bytes, key.length, start, static_cast<uint32_t>(end - start)});
        if (*end == '}') break;
        if (*end != ',') return CSIMDJSON_UNEXPECTED;
    }
    return finish() ? CSIMDJSON_OK : error;
}

/// The quote that closes a string without escapes, or null when it has one. The cursor stands on the token
/// after the string.
inline const uint8_t *csimdjson_reader::closing_quote(const uint8_t *opening) const {
    if (is_plain) {
        // Only spaces part a string from the next token: its end is found from there, not byte by byte.
        const uint8_t *stop = buffer.get() + (cursor < last ? *cursor : size) - 1;
        while (*stop != '"') stop -= 1;
        return stop;
    }
    const uint8_t *stop = tapefold::quote_or_backslash(opening + 1);
    return *stop == '"' ? stop : nullptr;
}

/// Reads a name and its colon.
inline bool csimdjson_reader::name(Span &span) {
    const uint8_t *opening = next();
    if (*opening != '"') return fail(CSIMDJSON_UNEXPECTED, opening);
    const uint8_t *stop = closing_quote(opening);
    if (stop != nullptr) {
        span = {opening + 1, static_cast<uint32_t>(stop - opening - 1)};
    } else {
        csimdjson_field field = {};
        if (!string(opening, field)) return false;
        span = {field.bytes, field.length};
    }
    const uint8_t *colon = next();
    return *colon == ':' ? true : fail(CSIMDJSON_UNEXPECTED, colon);
}

bool csimdjson_reader::duplicate(Span name, const uint8_t *place, bool is_child) {
    duplicated = name;
    duplicated_in_child = is_child;
    return fail(CSIMDJSON_DUPLICATE_NAME, place);
}

/// Keeps a name that no table holds; `base` is where its object's names start.
bool csimdjson_reader::remember(Span name, size_t base) {
    for (size_t index = base; index < open_names.size(); index += 1) {
        if (tapefold::equal(open_names[index], name)) return duplicate(name, name.bytes, false);
    }
    if (open_names.size() >= maximum_names) return fail(CSIMDJSON_TOO_MANY_NAMES, name.bytes);
    open_names.push_back(name);
    return true;
}

/// Takes members of the commonest shape, `"known":"text",`, one after another with everything in registers, and
/// leaves the cursor on the first that has another shape. Returns whether it took any.
inline bool csimdjson_reader::plain_text_members(const Target &target) {
    const uint8_t *const base = buffer.get();
    const csimdjson_table &table = *target.table;
    const uint32_t *place = cursor;
    const uint32_t *const end = last;
    while (end - place > 3) {
        const uint8_t *const name = base + place[0] + 1;
        const uint8_t *const colon = base + place[1];
        const uint8_t *const text = base + place[2] + 1;
        const uint8_t *const comma = base + place[3];
        const bool has_shape = name[-1] == '"' && *colon == ':' && colon[-1] == '"' && text[-1] == '"'
            && *comma == ',' && comma[-1] == '"';
        if (!has_shape) break;
        const int32_t id = table.find(name, static_cast<uint32_t>(colon - 1 - name));
        if (id < 0 || target.fields[id].kind != CSIMDJSON_ABSENT) break;
        target.fields[id] = {text, static_cast<uint32_t>(comma - 1 - text), 0, 0, CSIMDJSON_STRING};
        place += 4;
    }
    const bool has_taken = place != cursor;
    cursor = place;
    return has_taken;
}

/// Walks the members of an object whose names a table holds; the cursor stands after its brace.
bool csimdjson_reader::object(const Target &target) {
    const size_t base = open_names.size();
    if (cursor < last && *peek() == '}') {
        next();
        return true;
    }
    for (;;) {
        if (is_plain && plain_text_members(target)) continue;
        Span key;
        if (!name(key)) return false;
        const int32_t id = target.table->find(key.bytes, key.length);
        if (id < 0) {
            if (!remember(key, base)) {
                duplicated_in_child = target.is_child;
                return false;
            }
            if (!skip(next(), target.is_child ? 3 : 2)) return false;
        } else {
            csimdjson_field &field = target.fields[id];
            if (field.kind != CSIMDJSON_ABSENT) {
                field.kind = CSIMDJSON_ABSENT;
                return duplicate(key, key.bytes, target.is_child);
            }
            if (id == target.child_id && cursor < last && *peek() == '{') {
                const uint8_t *start = next();
                if (!object({target.child_table, child_fields, -1, nullptr, true})) return false;
                field = {start, static_cast<uint32_t>(buffer.get() + cursor[-1] + 1 - start), 0, 0, CSIMDJSON_OBJECT};
            } else if (!value(field)) {
                field.kind = CSIMDJSON_ABSENT;
                return false;
            }
        }
        const uint8_t *separator = next();
        if (*separator == ',') continue;
        if (*separator == '}') break;
        return fail(CSIMDJSON_UNEXPECTED, separator);
    }
    open_names.resize(base);
    return true;
}

inline bool csimdjson_reader::string(const uint8_t *opening, csimdjson_field &field) {
    const uint8_t *stop = closing_quote(opening);
    if (stop != nullptr) {
        field = {opening + 1, static_cast<uint32_t>(stop - opening - 1), 0, 0, CSIMDJSON_STRING};
        return true;
    }
    uint8_t *target = arena.get() + arena_used;
    uint32_t length = 0;
    const uint8_t *place = nullptr;
    const uint32_t code = tapefold::unescape(opening + 1, target, &length, &place);
    if (code != CSIMDJSON_OK) return fail(code, place);
    // Unescaping never lengthens, so the strings of a document fit an arena of its size.
    arena_used += length;
    field = {target, length, 0, 0, CSIMDJSON_STRING};
    return true;
}

/// Anything that is neither an array nor an object.
inline bool csimdjson_reader::scalar(const uint8_t *start, csimdjson_field &field) {
    if (*start == '"') return string(start, field);
    const uint8_t *end = buffer.get() + size;
    const auto literal = [&](const char *text, uint32_t length, uint32_t kind) {
        if (std::memcmp(start, text, length) != 0) return fail(CSIMDJSON_BAD_LITERAL, start);
        if (start + length != end && !tapefold::ends_token(start[length])) return fail(CSIMDJSON_BAD_LITERAL, start);
        field = {start, length, 0, 0, kind};
        return true;
    };
    switch (*start) {
    case 't': return literal("true", 4, CSIMDJSON_TRUE);
    case 'f': return literal("false", 5, CSIMDJSON_FALSE);
    case 'n': return literal("null", 4, CSIMDJSON_NULL);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': {
        const uint8_t *stop = tapefold::number_end(start, end);
        if (stop == nullptr) return fail(CSIMDJSON_BAD_NUMBER, start);
        field = {start, static_cast<uint32_t>(stop - start), 0, 0, CSIMDJSON_NUMBER};
        return true;
    }
    case ',': case ':': case '}': case ']': case ' ': return fail(CSIMDJSON_UNEXPECTED, start);
    default: return fail(CSIMDJSON_BAD_LITERAL, start);
    }
}

/// A member's value, handed out.
inline bool csimdjson_reader::value(csimdjson_field &field) {
    const uint8_t *start = next();
    if (*start == '[') return array(field);
    if (*start != '{') return scalar(start, field);
    if (!skip(start, 3)) return false;
    field = {start, static_cast<uint32_t>(buffer.get() + cursor[-1] + 1 - start), 0, 0, CSIMDJSON_OBJECT};
    return true;
}

/// An array whose elements are handed out; the cursor stands after its bracket.
bool csimdjson_reader::array(csimdjson_field &field) {
    const uint8_t *start = buffer.get() + cursor[-1];
    const uint32_t first = static_cast<uint32_t>(elements.size());
    if (cursor < last && *peek() == ']') {
        next();
    } else {
        for (;;) {
            const uint8_t *token = next();
            csimdjson_field element = {};
            if (*token == '{' || *token == '[') {
                if (!skip(token, 4)) return false;
                element = {token, static_cast<uint32_t>(buffer.get() + cursor[-1] + 1 - token), 0, 0,
                           static_cast<uint32_t>(*token == '{' ? CSIMDJSON_OBJECT : CSIMDJSON_ARRAY)};
            } else if (!scalar(token, element)) {
                return false;
            }
            elements.push_back(element);
            const uint8_t *separator = next();
            if (*separator == ',') continue;
            if (*separator == ']') break;
            return fail(CSIMDJSON_UNEXPECTED, separator);
        }
    }
    field = {start, static_cast<uint32_t>(buffer.get() + cursor[-1] + 1 - start), first,
             static_cast<uint32_t>(elements.size()) - first, CSIMDJSON_ARRAY};
    return true;
}

/// Validates a value that nobody asked for. `depth` counts the objects and arrays around it.
bool csimdjson_reader::skip(const uint8_t *start, uint32_t depth) {
    if (*start == '{' || *start == '[') {
        if (depth > maximum_depth) return fail(CSIMDJSON_TOO_DEEP, start);
        return *start == '{' ? skip_object(depth) : skip_array(depth);
    }
    csimdjson_field ignored = {};
    return scalar(start, ignored);
}

bool csimdjson_reader::skip_object(uint32_t depth) {
    const size_t base = open_names.size();
    if (cursor < last && *peek() == '}') {
        next();
        return true;
    }
    for (;;) {
        Span key;
        if (!name(key) || !remember(key, base) || !skip(next(), depth + 1)) return false;
        const uint8_t *separator = next();
        if (*separator == ',') continue;
        if (*separator == '}') break;
        return fail(CSIMDJSON_UNEXPECTED, separator);
    }
    open_names.resize(base);
    return true;
}

bool csimdjson_reader::skip_array(uint32_t depth) {
    if (cursor < last && *peek() == ']') {
        next();
        return true;
    }
    for (;;) {
        if (!skip(next(), depth + 1)) return false;
        const uint8_t *separator = next();
        if (*separator == ',') continue;
        if (*separator == ']') return true;
        return fail(CSIMDJSON_UNEXPECTED, separator);
    }
}

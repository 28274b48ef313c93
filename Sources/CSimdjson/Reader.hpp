#pragma once

#include <simdjson.h>

#include <memory>
#include <vector>

#include "CSimdjson.h"
#include "Table.hpp"

/// Validates one document at a time and hands out the members it was asked for.
///
/// simdjson's first stage (the SIMD one: UTF-8, strings, the places of all tokens) is used as it is; the
/// second is ours, because on-demand leaves what it skips unvalidated and its tree parser turns numbers
/// into binary floating point.
struct csimdjson_reader {
    uint32_t maximum_bytes;
    uint32_t maximum_depth;
    uint32_t maximum_names;

    bool load(const uint8_t *bytes, size_t length, csimdjson_result &result);
    uint32_t read(const csimdjson_table &table, int32_t child_id, const csimdjson_table *child_table,
                  csimdjson_result &result);
    uint32_t list(std::vector<csimdjson_member> &members);

    std::vector<csimdjson_member> members;
    std::unique_ptr<simdjson::ondemand::parser> bare_parser;
    simdjson::padded_string_view padded() const {
        return simdjson::padded_string_view(buffer.get(), size, size + simdjson::SIMDJSON_PADDING);
    }

private:
    struct Failure {
        uint32_t error;
        const uint8_t *place;
    };

    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage_one;
    std::unique_ptr<uint8_t[]> buffer;
    /// Unescaped strings of this document: never longer than the document.
    std::unique_ptr<uint8_t[]> arena;
    size_t capacity = 0;
    size_t size = 0;
    size_t arena_used = 0;

    /// No string of this document holds a backslash.
    bool is_plain = false;
    const uint32_t *cursor = nullptr;
    const uint32_t *last = nullptr;
    uint32_t error = CSIMDJSON_OK;
    const uint8_t *fault = nullptr;
    tapefold::Span duplicated = {nullptr, 0};
    bool duplicated_in_child = false;

    csimdjson_field fields[csimdjson_table::maximum_names];
    csimdjson_field child_fields[csimdjson_table::maximum_names];
    std::vector<csimdjson_field> elements;
    /// Names outside the tables, of all objects open at the moment.
    std::vector<tapefold::Span> open_names;

    /// What an object's members are handed to.
    struct Target {
        const csimdjson_table *table;
        csimdjson_field *fields;
        int32_t child_id;
        const csimdjson_table *child_table;
        bool is_child;
    };

    bool reserve(size_t length);
    bool fail(uint32_t code, const uint8_t *place);
    const uint8_t *peek() const { return buffer.get() + *cursor; }
    const uint8_t *next() { return cursor < last ? buffer.get() + *cursor++ : buffer.get() + size; }
    const uint8_t *closing_quote(const uint8_t *opening) const;

    bool object(const Target &target);
    bool plain_text_members(const Target &target);
    bool name(tapefold::Span &span);
    bool remember(tapefold::Span name, size_t base);
    bool duplicate(tapefold::Span name, const uint8_t *place, bool is_child);
    bool string(const uint8_t *opening, csimdjson_field &field);
    bool scalar(const uint8_t *start, csimdjson_field &field);
    bool value(csimdjson_field &field);
    bool array(csimdjson_field &field);
    bool skip(const uint8_t *start, uint32_t depth);
    bool skip_object(uint32_t depth);
    bool skip_array(uint32_t depth);
    bool begin(const uint8_t *&first);
    bool finish();
    void locate(uint32_t code, csimdjson_result &result) const;
    void report(csimdjson_result &result) const;
};

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a JSON value is. `ABSENT`: the object has no such name.
enum {
    CSIMDJSON_ABSENT = 0,
    CSIMDJSON_NULL = 1,
    CSIMDJSON_TRUE = 2,
    CSIMDJSON_FALSE = 3,
    CSIMDJSON_NUMBER = 4,
    CSIMDJSON_STRING = 5,
    CSIMDJSON_ARRAY = 6,
    CSIMDJSON_OBJECT = 7,
};

/// Why a document was refused.
enum {
    CSIMDJSON_OK = 0,
    CSIMDJSON_EMPTY = 1,
    CSIMDJSON_TOO_LARGE = 2,
    CSIMDJSON_NO_MEMORY = 3,
    CSIMDJSON_BAD_UTF8 = 4,
    CSIMDJSON_UNCLOSED_STRING = 5,
    CSIMDJSON_CONTROL_CHARACTER = 6,
    CSIMDJSON_BAD_ESCAPE = 7,
    CSIMDJSON_LONE_SURROGATE = 8,
    CSIMDJSON_BAD_NUMBER = 9,
    CSIMDJSON_BAD_LITERAL = 10,
    CSIMDJSON_UNEXPECTED = 11,
    CSIMDJSON_TRAILING_BYTES = 12,
    CSIMDJSON_TOO_DEEP = 13,
    CSIMDJSON_NOT_AN_OBJECT = 14,
    CSIMDJSON_DUPLICATE_NAME = 15,
    CSIMDJSON_TOO_MANY_NAMES = 16,
};

/// One value. `bytes` and `length` are the exact number token, the unescaped string (UTF-8, not
/// terminated), or the JSON text of an array or object; they live until the reader's next call.
/// For an array, `first` and `count` name its elements in `elements`; for others they are 0.
typedef struct {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t first;
    uint32_t count;
    uint32_t kind;
} csimdjson_field;

/// A member of an object whose names are not known beforehand.
typedef struct {
    const uint8_t *name;
    uint32_t name_length;
    /// Where the value's JSON text starts and ends, as it stood in the document.
    const uint8_t *text;
    uint32_t text_length;
} csimdjson_member;

/// The outcome of one read. Fields are filled as far as the document was read, so that the key of a
/// broken event can still be found.
typedef struct {
    uint32_t error;
    /// Offset of the byte at fault.
    uint32_t offset;
    /// With DUPLICATE_NAME: the name, and whether it stood in the nested object.
    const uint8_t *name;
    uint32_t name_length;
    bool in_child;
    bool has_child;
    /// No escape anywhere, and so no control character in any string.
    bool is_plain;
    /// One a name of the outer table.
    const csimdjson_field *fields;
    /// One a name of the nested table; all absent when the nested object is absent.
    const csimdjson_field *child_fields;
    const csimdjson_field *elements;
} csimdjson_result;

typedef struct csimdjson_reader csimdjson_reader;
typedef struct csimdjson_table csimdjson_table;

/// Makes a look-up table of at most 64 distinct names of 1 to 32 bytes; a name's id is its place.
/// NULL when the names break that.
csimdjson_table *csimdjson_table_create(const char *const *names, uint32_t count);
void csimdjson_table_destroy(csimdjson_table *table);
/// The id of a name, or -1.
int32_t csimdjson_table_find(const csimdjson_table *table, const uint8_t *name, uint32_t length);

csimdjson_reader *csimdjson_reader_create(uint32_t maximum_bytes, uint32_t maximum_depth,
                                          uint32_t maximum_names);
void csimdjson_reader_destroy(csimdjson_reader *reader);

/// Copies the document once into a padded buffer and validates all of it. Members named in `table`
/// are handed out; when the member with id `child_id` (-1: none) is an object its members named in
/// `child_table` are too.
uint32_t csimdjson_read(csimdjson_reader *reader, const uint8_t *bytes, size_t length,
                        const csimdjson_table *table, int32_t child_id,
                        const csimdjson_table *child_table, csimdjson_result *result);

/// Lists every member of an object. Slow path: for old versions of events. Returns an error code.
uint32_t csimdjson_list(csimdjson_reader *reader, const uint8_t *bytes, size_t length,
                        const csimdjson_member **members, uint32_t *count);

/// The bench's floor: simdjson on-demand, as its documentation uses it, reading the same fields of a
/// structured trade and looking at nothing else. Returns a checksum, 0 on an error.
uint64_t csimdjson_bare_extract(csimdjson_reader *reader, const uint8_t *bytes, size_t length);

/// Whether simdjson's own full parser takes the document: the fuzz test's second opinion.
bool csimdjson_dom_accepts(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

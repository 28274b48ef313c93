#include "CSimdjson.h"

#include <new>

#include "Reader.hpp"

extern "C" csimdjson_reader *csimdjson_reader_create(uint32_t maximum_bytes, uint32_t maximum_depth,
                                                     uint32_t maximum_names) {
    auto *reader = new (std::nothrow) csimdjson_reader();
    if (reader == nullptr) return nullptr;
    reader->maximum_bytes = maximum_bytes;
    reader->maximum_depth = maximum_depth;
    reader->maximum_names = maximum_names;
    return reader;
}

extern "C" void csimdjson_reader_destroy(csimdjson_reader *reader) { delete reader; }

extern "C" uint32_t csimdjson_read(csimdjson_reader *reader, const uint8_t *bytes, size_t length,
                                   const csimdjson_table *table, int32_t child_id,
                                   const csimdjson_table *child_table, csimdjson_result *result) {
    *result = {};
    if (!reader->load(bytes, length, *result)) return result->error;
    return reader->read(*table, child_id, child_table, *result);
}

extern "C" uint32_t csimdjson_list(csimdjson_reader *reader, const uint8_t *bytes, size_t length,
                                   const csimdjson_member **members, uint32_t *count) {
    csimdjson_result result = {};
    if (!reader->load(bytes, length, result)) return result.error;
    const uint32_t error = reader->list(reader->members);
    *members = reader->members.data();
    *count = static_cast<uint32_t>(reader->members.size());
    return error;
}

namespace {

uint64_t text_of(simdjson::ondemand::object &object, const char *name) {
    std::string_view text;
    if (object.find_field_unordered(name).get_string().get(text) != simdjson::SUCCESS) return 0;
    return text.size() + static_cast<uint8_t>(text[0]);
}

}  // namespace

extern "C" uint64_t csimdjson_bare_extract(csimdjson_reader *reader, const uint8_t *bytes, size_t length) {
    csimdjson_result result = {};
    if (!reader->load(bytes, length, result)) return 0;
    if (!reader->bare_parser) reader->bare_parser.reset(new (std::nothrow) simdjson::ondemand::parser());
    if (!reader->bare_parser) return 0;
    simdjson::ondemand::document document;
    simdjson::ondemand::object envelope, data;
    if (reader->bare_parser->iterate(reader->padded()).get(document) != simdjson::SUCCESS) return 0;
    if (document.get_object().get(envelope) != simdjson::SUCCESS) return 0;
    // In the order in which CloudEvents are commonly written: on-demand's best case.
    uint64_t sum = text_of(envelope, "specversion");
    sum += text_of(envelope, "id");
    sum += text_of(envelope, "source");
    sum += text_of(envelope, "type");
    sum += text_of(envelope, "time");
    if (envelope.find_field_unordered("data").get_object().get(data) != simdjson::SUCCESS) return 0;
    static const char *const names[] = {"tradeId", "userId", "symbol", "exchange", "side",
                                        "quantity", "price", "executedAt", "fees", "orderId"};
    for (const char *name : names) sum += text_of(data, name);
    return sum;
}

extern "C" bool csimdjson_dom_accepts(const uint8_t *bytes, size_t length) {
    simdjson::dom::parser parser;
    simdjson::dom::element element;
    return parser.parse(bytes, length, true).get(element) == simdjson::SUCCESS;
}

#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* rd_kafka_produceva takes an array of tagged unions, which Swift would have to
 * fill through several anonymous structs. On success librdkafka owns `headers`;
 * on failure the caller still does. Key and value are copied by librdkafka. */
static inline rd_kafka_resp_err_t kafka_shim_produce(
    rd_kafka_t *rk, rd_kafka_topic_t *topic, int32_t partition, const void *key, size_t key_length,
    const void *value, size_t value_length, int64_t timestamp_milliseconds, rd_kafka_headers_t *headers,
    void *opaque) {
    rd_kafka_vu_t arguments[8];
    size_t count = 0;
    rd_kafka_error_t *error;
    rd_kafka_resp_err_t code;

    arguments[count].vtype = RD_KAFKA_VTYPE_RKT;
    arguments[count++].u.rkt = topic;
    arguments[count].vtype = RD_KAFKA_VTYPE_PARTITION;
    arguments[count++].u.i32 = partition;
    arguments[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    arguments[count++].u.i = RD_KAFKA_MSG_F_COPY;
    arguments[count].vtype = RD_KAFKA_VTYPE_KEY;
    arguments[count].u.mem.ptr = (void *)key;
    arguments[count++].u.mem.size = key_length;
    arguments[count].vtype = RD_KAFKA_VTYPE_VALUE;
    arguments[count].u.mem.ptr = (void *)value;
    arguments[count++].u.mem.size = value_length;
    arguments[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    arguments[count++].u.ptr = opaque;
    if (timestamp_milliseconds > 0) {
        arguments[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
        arguments[count++].u.i64 = timestamp_milliseconds;
    }
    if (headers) {
        arguments[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        arguments[count++].u.headers = headers;
    }
    error = rd_kafka_produceva(rk, arguments, count);
    if (!error)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return code;
}

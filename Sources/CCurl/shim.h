#pragma once
#include <curl/curl.h>

// libcurl takes its options as C variadics, which Swift cannot pass. One function for each type of value.

static inline CURLcode tapefold_curl_set_long(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode tapefold_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode tapefold_curl_set_pointer(CURL *curl, CURLoption option, void *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode tapefold_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode tapefold_curl_set_size(CURL *curl, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(curl, option, value);
}

/// Called for the body's bytes, out (CURLOPT_READFUNCTION) or in (CURLOPT_WRITEFUNCTION).
typedef size_t (*tapefold_curl_bytes)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode tapefold_curl_set_bytes(CURL *curl, CURLoption option, tapefold_curl_bytes function) {
    return curl_easy_setopt(curl, option, function);
}

typedef curl_socket_t (*tapefold_curl_open)(void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode tapefold_curl_set_open(CURL *curl, tapefold_curl_open function) {
    return curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, function);
}

static inline long tapefold_curl_response(CURL *curl) {
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

/// Seconds that the server asks us to wait; 0 when it does not say.
static inline long tapefold_curl_retry_after(CURL *curl) {
    curl_off_t seconds = 0;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
    return (long)seconds;
}

static inline CURLcode tapefold_curl_begin(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

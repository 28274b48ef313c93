#pragma once
#include <microhttpd.h>

/// What Tapefold sets of libmicrohttpd: MHD_start_daemon takes its options as C variadics, which Swift cannot pass.
struct tapefold_http_settings {
    int listen_socket;
    unsigned int threads;
    unsigned int connections;
    unsigned int idle_seconds;
    size_t connection_memory_bytes;
    void *context;
    MHD_AccessHandlerCallback on_request;
    void *(*on_target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback on_completed;
    MHD_NotifyConnectionCallback on_connection;
};

/// The other end's address, which lives as long as the connection; NULL where it is unknown.
static inline struct sockaddr *tapefold_http_client(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *information =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return information == NULL ? NULL : information->client_addr;
}

/// The connection's socket, or -1.
static inline int tapefold_http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *information =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return information == NULL ? -1 : information->connect_fd;
}

/// What was stored with the connection when it opened, or NULL.
static inline void *tapefold_http_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *information =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return information == NULL ? NULL : information->socket_context;
}

/// Leaves escapes as they came: the routes decode a path only after it was split at its slashes.
static inline size_t tapefold_http_keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    size_t length = 0;
    while (text[length] != '\0') length += 1;
    return length;
}

/// Starts an epoll pool over a socket that listens already; NULL when libmicrohttpd refuses.
static inline struct MHD_Daemon *tapefold_http_start(const struct tapefold_http_settings *settings) {
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, settings->listen_socket, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)settings->threads, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)settings->connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)settings->idle_seconds, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)settings->connection_memory_bytes, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)settings->on_target, settings->context},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)tapefold_http_keep_escapes, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)settings->on_completed, settings->context},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)settings->on_connection, settings->context},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_USE_SUSPEND_RESUME, 0, NULL, NULL,
        settings->on_request, settings->context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

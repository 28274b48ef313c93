#pragma once

/// What jemalloc reads when the program starts, as its manual page says of MALLOC_CONF. Of no meaning without jemalloc.
extern const char *malloc_conf;

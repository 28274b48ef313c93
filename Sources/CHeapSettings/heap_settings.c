#include "heap_settings.h"

// A rebuild, which runs in this program, holds a book or a row for each key: in huge pages a look-up does not wait for page
// tables. What it frees it soon needs again. Processors go without both, so as to give their memory back.
const char *malloc_conf = "thp:always,metadata_thp:always,dirty_decay_ms:60000";

// jemalloc, which gives the program its memory, reads these options at its start. Each thread that
// carries requests has a cache of its own, and there may be hundreds of threads for a moment.

#include <jemalloc/jemalloc.h>

// Since 5.3 the size of the caches can be told. With jemalloc's own sizes one thread takes ten
// pieces of 4 kB when it needs one. Memory that is free for a second goes back to the system,
// instead of ten: a new burst takes it again.
#if JEMALLOC_VERSION_MAJOR > 5 || (JEMALLOC_VERSION_MAJOR == 5 && JEMALLOC_VERSION_MINOR >= 3)
const char* malloc_conf =
    "dirty_decay_ms:1000,tcache_nslots_small_min:4,tcache_nslots_small_max:20,"
    "lg_tcache_nslots_mul:0";
#endif

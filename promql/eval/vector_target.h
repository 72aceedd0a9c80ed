// Loops over columns are compiled for wider registers, too; which runs is decided at start.
#pragma once

#include <climits>  // __GLIBC__, whose loader it takes.

// Not where the dynamic linker would have to choose before a sanitizer is ready.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TOCSIN_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define TOCSIN_WIDE
#endif

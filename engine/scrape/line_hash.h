// The hash by which lines are remembered; inlined, for it runs once per sample.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>

namespace tocsin::scrape {

/// 64 bits of XXH3.
inline uint64_t line_hash(const char* p, size_t bytes) { return XXH3_64bits(p, bytes); }

}  // namespace tocsin::scrape

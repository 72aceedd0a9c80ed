// The checksum of gzip.
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::net {

/// CRC-32 (polynomial 0xedb88320, as zlib's crc32), by carry-less multiplication where the
/// processor has it: several times as fast as by tables.
uint32_t crc32_of(std::string_view bytes);

}  // namespace tocsin::net

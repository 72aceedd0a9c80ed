// What stands around the deflated data of a gzip member. Pure. Source: RFC 1952.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::net {

/// The bytes of the header at the front of `data`. nullopt: it is none, or it is cut off.
std::optional<size_t> gzip_header_size(std::string_view data);

/// What follows the deflated data.
struct GzipTrailer {
  static constexpr size_t kBytes = 8;
  uint32_t crc = 0;   ///< Of the plain data.
  uint32_t size = 0;  ///< Of the plain data, modulo 2^32.
};
/// The last kBytes of `data`, which has as many.
GzipTrailer gzip_trailer(std::string_view data);

}  // namespace tocsin::net

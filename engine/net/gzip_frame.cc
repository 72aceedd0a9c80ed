#include "engine/net/gzip_frame.h"

#include "engine/net/crc32.h"

namespace tocsin::net {
namespace {

constexpr uint8_t kHasHeaderCrc = 2;
constexpr uint8_t kHasExtra = 4;
constexpr uint8_t kHasName = 8;
constexpr uint8_t kHasComment = 16;
constexpr uint8_t kReserved = 0xe0;

uint32_t little_endian(std::string_view bytes) {
  uint32_t out = 0;
  for (size_t i = bytes.size(); i > 0; --i) out = out << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return out;
}

}  // namespace

std::optional<size_t> gzip_header_size(std::string_view data) {
  constexpr size_t kFixed = 10;
  constexpr size_t kFlags = 3;
  if (data.size() < kFixed || !data.starts_with("\x1f\x8b\x08")) return std::nullopt;
  const auto flags = static_cast<uint8_t>(data[kFlags]);
  if ((flags & kReserved) != 0) return std::nullopt;
  size_t at = kFixed;
  if ((flags & kHasExtra) != 0) {
    if (data.size() < at + 2) return std::nullopt;
    at += 2 + little_endian(data.substr(at, 2));
  }
  for (const uint8_t text : {kHasName, kHasComment}) {
    if ((flags & text) == 0) continue;
    const size_t end = at < data.size() ? data.find('\0', at) : std::string_view::npos;
    if (end == std::string_view::npos) return std::nullopt;
    at = end + 1;
  }
  if ((flags & kHasHeaderCrc) != 0) {
    if (data.size() < at + 2) return std::nullopt;
    if ((crc32_of(data.substr(0, at)) & 0xffff) != little_endian(data.substr(at, 2))) {
      return std::nullopt;
    }
    at += 2;
  }
  return at < data.size() ? std::optional(at) : std::nullopt;
}

GzipTrailer gzip_trailer(std::string_view data) {
  const std::string_view bytes = data.substr(data.size() - GzipTrailer::kBytes);
  return {little_endian(bytes.substr(0, 4)), little_endian(bytes.substr(4))};
}

}  // namespace tocsin::net

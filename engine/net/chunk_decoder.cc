#include "engine/net/chunk_decoder.h"

#include <algorithm>

namespace tocsin::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::next(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (at_ == At::kData) {
      const size_t count = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
      data_ = bytes.substr(0, count);
      bytes.remove_prefix(count);
      left_ -= count;
      if (left_ == 0) at_ = At::kDataCr;
      return Step::kData;
    }
    if (at_ == At::kEnd) return Step::kEnd;
    if (at_ != At::kBroken) at_ = read(bytes.front());
    if (at_ == At::kBroken) return Step::kBroken;
    bytes.remove_prefix(1);
  }
  return at_ == At::kEnd ? Step::kEnd : Step::kMore;
}

ChunkDecoder::At ChunkDecoder::read(char c) {
  switch (at_) {
    case At::kSizeStart:
      left_ = 0;
      skipped_ = 0;
      return hex_digit(c) < 0 ? At::kBroken : read_size(c);
    case At::kSize:
      return hex_digit(c) < 0 ? after_size(c) : read_size(c);
    case At::kExtension:
      return skip(c, At::kExtension, At::kSizeLf);
    case At::kSizeLf:
      skipped_ = left_ == 0 ? 0 : skipped_;
      return c != '\n' ? At::kBroken : left_ == 0 ? At::kTrailerStart : At::kData;
    case At::kDataCr:
      return c == '\r' ? At::kDataLf : At::kBroken;
    case At::kDataLf:
      return c == '\n' ? At::kSizeStart : At::kBroken;
    case At::kTrailerStart:
      return c == '\r' ? At::kFinalLf : skip(c, At::kTrailer, At::kTrailerLf);
    case At::kTrailer:
      return skip(c, At::kTrailer, At::kTrailerLf);
    case At::kTrailerLf:
      return c == '\n' ? At::kTrailerStart : At::kBroken;
    case At::kFinalLf:
      return c == '\n' ? At::kEnd : At::kBroken;
    case At::kData:
    case At::kEnd:
    case At::kBroken:
      return at_;
  }
  return At::kBroken;
}

ChunkDecoder::At ChunkDecoder::read_size(char c) {
  constexpr uint64_t kSizeMax = UINT64_MAX >> 4;
  if (left_ > kSizeMax) return At::kBroken;
  left_ = left_ << 4 | static_cast<uint64_t>(hex_digit(c));
  return At::kSize;
}

ChunkDecoder::At ChunkDecoder::after_size(char c) {
  if (c == '\r') return At::kSizeLf;
  return c == ';' || c == ' ' || c == '\t' ? At::kExtension : At::kBroken;
}

/// A byte that says nothing to us.
ChunkDecoder::At ChunkDecoder::skip(char c, At stay, At at_cr) {
  if (c == '\r') return at_cr;
  return c == '\n' || ++skipped_ > kSkippedBytesMax ? At::kBroken : stay;
}

}  // namespace tocsin::net

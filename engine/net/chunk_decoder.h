// The chunked transfer coding, piece by piece. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin::net {

/// Reads a chunked body as it arrives. Sizes are hexadecimal digits followed by an extension or
/// CRLF; lines end in CRLF and in nothing else; extensions and trailers are skipped and bounded.
/// Source: RFC 9112, 7.1.
class ChunkDecoder {
 public:
  /// Of the extensions of one chunk, and of all trailers together.
  static constexpr size_t kSkippedBytesMax = 16u << 10;

  enum class Step : uint8_t {
    kData,    ///< data() is the next piece of the body.
    kMore,    ///< Everything given was used.
    kEnd,     ///< The body is complete; what is left of the input is not part of it.
    kBroken,  ///< Not the chunked coding.
  };
  /// Goes on with `bytes` and removes what was used from its front. After kData: call again.
  Step next(std::string_view& bytes);
  /// After kData; lives as long as the bytes that were given.
  std::string_view data() const { return data_; }

 private:
  enum class At : uint8_t {
    kSizeStart,
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailer,
    kTrailerLf,
    kFinalLf,
    kEnd,
    kBroken
  };
  At read(char c);
  At read_size(char c);
  At after_size(char c);
  At skip(char c, At stay, At at_cr);

  At at_ = At::kSizeStart;
  uint64_t left_ = 0;  // Of this chunk.
  size_t skipped_ = 0;
  std::string_view data_;
};

}  // namespace tocsin::net

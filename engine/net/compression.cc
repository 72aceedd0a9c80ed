#include "engine/net/compression.h"

#include <libdeflate.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <span>

#include "engine/net/text.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

constexpr size_t kPieceBytes = 32u << 10;
constexpr int kFastestLevel = 1;
constexpr unsigned kZstdWindowLogMax = 23;  // 8 MiB, what RFC 9659 lets a sender use

Error too_large(uint64_t bytes_max) {
  return {Code::kLimit,
          "the body is larger than " + std::to_string(bytes_max) + " bytes when decompressed"};
}

Error damaged(std::string_view coding) {
  return {Code::kInvalid, "the body is not valid " + std::string(coding) + " data"};
}

/// The bytes that `data` says to unfold to, or a guess; it need not be true.
size_t expected_size(std::string_view data, bool is_gzip, uint64_t bytes_max) {
  constexpr size_t kDeflateRatioMax = 1032;
  constexpr size_t kUsualRatio = 8;
  constexpr uint64_t kTrusted = 16u << 20;
  uint64_t size = uint64_t{data.size()} * kUsualRatio;
  uint32_t told = 0;  // The trailer of gzip ends in the size, the lowest byte first.
  if (is_gzip && data.size() >= sizeof told) {
    for (size_t i = 0; i < sizeof told; ++i) {
      told |= uint32_t{static_cast<uint8_t>(data[data.size() - sizeof told + i])} << (8 * i);
    }
    size = told;
  }
  size = std::min({size, uint64_t{data.size()} * kDeflateRatioMax, bytes_max, kTrusted});
  return static_cast<size_t>(std::max<uint64_t>(size, kPieceBytes)) + 1;
}

/// Some servers write deflate without the zlib wrapper that its definition asks for.
bool has_zlib_wrapper(std::string_view data) {
  constexpr unsigned kDeflated = 8;
  if (data.size() < 2) return true;
  const unsigned head =
      static_cast<unsigned>(static_cast<uint8_t>(data[0])) << 8 | static_cast<uint8_t>(data[1]);
  return (head >> 8 & 15) == kDeflated && head % 31 == 0;
}

/// One of libdeflate_{gzip,zlib,deflate}_decompress_ex.
using Unfold = libdeflate_result (*)(libdeflate_decompressor*, const void*, size_t, void*, size_t,
                                     size_t*, size_t*);

/// libdeflate's state, started when first needed.
class Inflater {
 public:
  Status gunzip(std::string_view data, uint64_t bytes_max, BodyBuffer& out);
  Status undeflate(std::string_view data, uint64_t bytes_max, BodyBuffer& out);

 private:
  Status unfold(Unfold one, std::string_view coding, std::string_view& data, uint64_t bytes_max,
                BodyBuffer& out);

  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> state_{
      nullptr, libdeflate_free_decompressor};
};

/// Unfolds the stream at the front of `data` and removes it there. The whole is unfolded at once:
/// with too little room it begins again with twice as much.
Status Inflater::unfold(Unfold one, std::string_view coding, std::string_view& data,
                        uint64_t bytes_max, BodyBuffer& out) {
  if (!state_) state_.reset(libdeflate_alloc_decompressor());
  if (!state_) return Error{Code::kInternal, "libdeflate could not be started"};
  const uint64_t left = bytes_max - out.size();
  for (size_t bytes = expected_size(data, one == libdeflate_gzip_decompress_ex, left);;
       bytes *= 2) {
    const std::span<char> room = out.room(bytes);
    size_t read = 0;
    size_t written = 0;
    const libdeflate_result result =
        one(state_.get(), data.data(), data.size(), room.data(), room.size(), &read, &written);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && room.size() <= left) continue;
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return too_large(bytes_max);
    if (result != LIBDEFLATE_SUCCESS) return damaged(coding);
    if (written > left) return too_large(bytes_max);
    out.grow(written);
    data.remove_prefix(read);
    return {};
  }
}

Status Inflater::gunzip(std::string_view data, uint64_t bytes_max, BodyBuffer& out) {
  do {  // there may be several members in a row
    RETURN_IF_ERROR(unfold(libdeflate_gzip_decompress_ex, "gzip", data, bytes_max, out));
  } while (!data.empty());
  return {};
}

Status Inflater::undeflate(std::string_view data, uint64_t bytes_max, BodyBuffer& out) {
  const Unfold one =
      has_zlib_wrapper(data) ? libdeflate_zlib_decompress_ex : libdeflate_deflate_decompress_ex;
  RETURN_IF_ERROR(unfold(one, "deflate", data, bytes_max, out));
  return data.empty() ? Status() : damaged("deflate");
}

/// zstd's state, started when first needed.
class Unzstd {
 public:
  Status run(std::string_view data, uint64_t bytes_max, BodyBuffer& out);

 private:
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream_{nullptr, ZSTD_freeDStream};
};

Status Unzstd::run(std::string_view data, uint64_t bytes_max, BodyBuffer& out) {
  if (!stream_) stream_.reset(ZSTD_createDStream());
  if (!stream_) return Error{Code::kInternal, "zstd could not be started"};
  ZSTD_DCtx_reset(stream_.get(), ZSTD_reset_session_only);
  ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  for (;;) {
    const std::span<char> room = out.room(kPieceBytes);
    ZSTD_outBuffer made{room.data(), room.size(), 0};
    const size_t left = ZSTD_decompressStream(stream_.get(), &made, &in);
    if (ZSTD_isError(left) != 0) return damaged("zstd");
    out.grow(made.pos);
    if (out.size() > bytes_max) return too_large(bytes_max);
    if (in.pos < in.size) continue;
    if (left == 0) return {};
    if (made.pos < made.size) return damaged("zstd");
  }
}

}  // namespace

bool is_known_coding(std::string_view coding) {
  for (const std::string_view known : {"gzip", "x-gzip", "deflate", "zstd"}) {
    if (equal_ignoring_case(coding, known)) return true;
  }
  return false;
}

struct Decompressor::State {
  Inflater inflater;
  Unzstd unzstd;
};

Decompressor::Decompressor() : state_(std::make_unique<State>()) {}
Decompressor::~Decompressor() = default;

Status Decompressor::decompress(std::string_view coding, std::string_view data, uint64_t bytes_max,
                                BodyBuffer& out) {
  const std::string name = to_lower(coding);
  Inflater& inflater = state_->inflater;
  if (name == "gzip" || name == "x-gzip") return inflater.gunzip(data, bytes_max, out);
  if (name == "deflate") return inflater.undeflate(data, bytes_max, out);
  if (name == "zstd") return state_->unzstd.run(data, bytes_max, out);
  return Error{Code::kInvalid, "unknown content coding \"" + name + "\""};
}

Result<std::string> decompress(std::string_view coding, std::string_view data, uint64_t bytes_max) {
  BufferPool none;
  BodyBuffer out(none);
  RETURN_IF_ERROR(Decompressor().decompress(coding, data, bytes_max, out));
  return out.take();
}

Result<std::string> gzip(std::string_view data) {
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> state(
      libdeflate_alloc_compressor(kFastestLevel), libdeflate_free_compressor);
  if (!state) return Error{Code::kInternal, "libdeflate could not be started"};
  std::string out(libdeflate_gzip_compress_bound(state.get(), data.size()), '\0');
  out.resize(
      libdeflate_gzip_compress(state.get(), data.data(), data.size(), out.data(), out.size()));
  if (out.empty()) return Error{Code::kInternal, "libdeflate could not compress the body"};
  return out;
}

bool accepts_gzip(std::string_view header) {
  while (!header.empty()) {
    const size_t comma = header.find(',');
    const std::string_view item = header.substr(0, comma);
    const size_t semicolon = item.find(';');
    const std::string_view name = trim_blanks(item.substr(0, semicolon));
    if (equal_ignoring_case(name, "gzip") || name == "*") {
      const std::string_view weight =
          semicolon == std::string_view::npos ? "" : trim_blanks(item.substr(semicolon + 1));
      const bool is_zero = weight.substr(0, 2) == "q=" &&
                           weight.substr(2).find_first_not_of("0.") == std::string_view::npos;
      return !is_zero;
    }
    if (comma == std::string_view::npos) return false;
    header.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace tocsin::net

#include "engine/net/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "engine/net/text.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr size_t kPieceBytes = 32u << 10;
constexpr int kGzipWindow = 15 + 16;        // zlib: 16 added means a gzip wrapper
constexpr unsigned kZstdWindowLogMax = 23;  // 8 MiB, what RFC 9659 lets a sender use

Error too_large(uint64_t bytes_max) {
  return {Code::kLimit,
          "the body is larger than " + std::to_string(bytes_max) + " bytes when decompressed"};
}

Error damaged(std::string_view coding) {
  return {Code::kInvalid, "the body is not valid " + std::string(coding) + " data"};
}

/// False when `out` would grow beyond `bytes_max`.
bool append_bounded(std::string& out, std::string_view piece, uint64_t bytes_max) {
  if (piece.size() > bytes_max - out.size()) return false;
  out.append(piece);
  return true;
}

struct Inflater {
  explicit Inflater(int window) { ready = inflateInit2(&z, window) == Z_OK; }
  ~Inflater() {
    if (ready) inflateEnd(&z);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream z{};
  bool ready = false;
};

Result<std::string> inflate_all(std::string_view coding, int window, std::string_view data,
                                uint64_t bytes_max) {
  if (data.size() > UINT32_MAX) return too_large(bytes_max);
  Inflater inflater(window);
  if (!inflater.ready) return Error{Code::kInternal, "zlib could not be started"};
  z_stream& z = inflater.z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(
      data.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): zlib reads only
  z.avail_in = static_cast<uInt>(data.size());
  std::string out;
  std::array<char, kPieceBytes> piece;
  for (;;) {
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = piece.size();
    const int status = inflate(&z, Z_NO_FLUSH);
    const size_t made = piece.size() - z.avail_out;
    if (!append_bounded(out, {piece.data(), made}, bytes_max)) return too_large(bytes_max);
    if (status == Z_STREAM_END && z.avail_in == 0) return out;
    // gzip allows several members in a row.
    if (status == Z_STREAM_END && window == kGzipWindow && inflateReset(&z) == Z_OK) continue;
    if (status != Z_OK || (made == 0 && z.avail_in == 0)) return damaged(coding);
  }
}

Result<std::string> unzstd(std::string_view data, uint64_t bytes_max) {
  const std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                        ZSTD_freeDStream);
  if (!stream) return Error{Code::kInternal, "zstd could not be started"};
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  ZSTD_inBuffer in{data.data(), data.size(), 0};
  std::string out;
  std::array<char, kPieceBytes> piece;
  for (;;) {
    ZSTD_outBuffer made{piece.data(), piece.size(), 0};
    const size_t left = ZSTD_decompressStream(stream.get(), &made, &in);
    if (ZSTD_isError(left) != 0) return damaged("zstd");
    if (!append_bounded(out, {piece.data(), made.pos}, bytes_max)) return too_large(bytes_max);
    if (in.pos < in.size || made.pos == made.size) continue;
    if (left != 0) return damaged("zstd");
    return out;
  }
}

}  // namespace

bool is_known_coding(std::string_view coding) {
  for (const std::string_view known : {"gzip", "x-gzip", "deflate", "zstd"}) {
    if (equal_ignoring_case(coding, known)) return true;
  }
  return false;
}

Result<std::string> decompress(std::string_view coding, std::string_view data, uint64_t bytes_max) {
  const std::string name = to_lower(coding);
  if (name == "zstd") return unzstd(data, bytes_max);
  if (name == "deflate") return inflate_all(name, MAX_WBITS, data, bytes_max);
  if (name == "gzip" || name == "x-gzip") return inflate_all(name, kGzipWindow, data, bytes_max);
  return Error{Code::kInvalid, "unknown content coding \"" + name + "\""};
}

Result<std::string> gzip(std::string_view data) {
  z_stream z{};
  const Error failed{Code::kInternal, "zlib could not compress the body"};
  if (data.size() > UINT32_MAX / 2) return failed;
  if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return failed;
  }
  std::string out(deflateBound(&z, data.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(
      data.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): zlib reads only
  z.avail_in = static_cast<uInt>(data.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  if (status != Z_STREAM_END) return failed;
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

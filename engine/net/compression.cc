#include "engine/net/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "engine/net/crc32.h"
#include "engine/net/gzip_frame.h"
#include "engine/net/text.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

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

/// The bytes that a body of one gzip member says to unfold to, or a guess; it need not be true.
size_t expected_size(std::string_view data, bool is_gzip, uint64_t bytes_max) {
  constexpr size_t kDeflateRatioMax = 1032;
  constexpr size_t kUsualRatio = 8;
  constexpr uint64_t kTrusted = 1u << 20;
  uint64_t size = uint64_t{data.size()} * kUsualRatio;
  if (is_gzip && data.size() >= GzipTrailer::kBytes) size = gzip_trailer(data).size;
  size = std::min({size, uint64_t{data.size()} * kDeflateRatioMax, bytes_max, kTrusted});
  return static_cast<size_t>(std::max<uint64_t>(size, kPieceBytes)) + 1;
}

/// Some servers write deflate without the zlib wrapper that its definition asks for.
int deflate_window(std::string_view data) {
  if (data.size() < 2) return MAX_WBITS;
  const unsigned head =
      static_cast<unsigned>(static_cast<uint8_t>(data[0])) << 8 | static_cast<uint8_t>(data[1]);
  const bool has_wrapper = (head >> 8 & 15) == Z_DEFLATED && head % 31 == 0;
  return has_wrapper ? MAX_WBITS : -MAX_WBITS;
}

/// zlib's state, started when first needed.
class Inflater {
 public:
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (is_ready_) inflateEnd(&z_);
  }
  Status gunzip(std::string_view data, uint64_t bytes_max, BodyBuffer& out);
  Status undeflate(std::string_view data, uint64_t bytes_max, BodyBuffer& out);

 private:
  bool start(int window) {
    if (is_ready_) return inflateReset2(&z_, window) == Z_OK;
    is_ready_ = inflateInit2(&z_, window) == Z_OK;
    return is_ready_;
  }
  Status stream(std::string_view coding, std::string_view& data, uint64_t bytes_max,
                BodyBuffer& out);

  z_stream z_{};
  bool is_ready_ = false;
  size_t expected_ = 0;  // bytes that are still to come
};

/// Unfolds the stream at the front of `data` and removes it there.
Status Inflater::stream(std::string_view coding, std::string_view& data, uint64_t bytes_max,
                        BodyBuffer& out) {
  z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(
      data.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): zlib reads only
  z_.avail_in = static_cast<uInt>(data.size());
  for (;;) {
    const std::span<char> room = out.room(std::max(std::exchange(expected_, 0), kPieceBytes));
    z_.next_out = reinterpret_cast<Bytef*>(room.data());
    z_.avail_out = static_cast<uInt>(std::min<size_t>(room.size(), UINT32_MAX));
    const uInt given = z_.avail_out;
    // Told that this is all, zlib keeps no window of its own as long as the room is enough.
    const int status = inflate(&z_, Z_FINISH);
    out.grow(given - z_.avail_out);
    if (out.size() > bytes_max) return too_large(bytes_max);
    if (status == Z_STREAM_END) {
      data.remove_prefix(data.size() - z_.avail_in);
      return {};
    }
    const bool wants_room = (status == Z_OK || status == Z_BUF_ERROR) && z_.avail_out == 0;
    if (!wants_room) return damaged(coding);
  }
}

/// The checksum is ours: zlib's takes a third as long as unfolding.
Status Inflater::gunzip(std::string_view data, uint64_t bytes_max, BodyBuffer& out) {
  constexpr const char* kGzip = "gzip";
  if (data.size() > UINT32_MAX) return too_large(bytes_max);
  expected_ = expected_size(data, true, bytes_max);
  do {  // there may be several members in a row
    const auto header = gzip_header_size(data);
    if (!header) return damaged(kGzip);
    data.remove_prefix(*header);
    if (!start(-MAX_WBITS)) return Error{Code::kInternal, "zlib could not be started"};
    const size_t before = out.size();
    RETURN_IF_ERROR(stream(kGzip, data, bytes_max, out));
    if (data.size() < GzipTrailer::kBytes) return damaged(kGzip);
    const GzipTrailer trailer = gzip_trailer(data.substr(0, GzipTrailer::kBytes));
    const std::string_view plain = out.view().substr(before);
    if (trailer.size != (plain.size() & UINT32_MAX) || trailer.crc != crc32_of(plain)) {
      return damaged(kGzip);
    }
    data.remove_prefix(GzipTrailer::kBytes);
  } while (!data.empty());
  return {};
}

Status Inflater::undeflate(std::string_view data, uint64_t bytes_max, BodyBuffer& out) {
  constexpr const char* kDeflate = "deflate";
  if (data.size() > UINT32_MAX) return too_large(bytes_max);
  if (!start(deflate_window(data))) return Error{Code::kInternal, "zlib could not be started"};
  expected_ = expected_size(data, false, bytes_max);
  RETURN_IF_ERROR(stream(kDeflate, data, bytes_max, out));
  return data.empty() ? Status() : damaged(kDeflate);
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
    if (in.pos < in.size || made.pos == made.size) continue;
    if (left != 0) return damaged("zstd");
    return {};
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

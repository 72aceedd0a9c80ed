// Content codings of HTTP bodies, bounded by the size they unfold to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/net/body_buffer.h"

namespace tocsin::net {

/// True for codings that decompress() knows: gzip, x-gzip, deflate, zstd.
bool is_known_coding(std::string_view coding);

/// Undoes `coding` (gzip, x-gzip, deflate, zstd). Fails with kLimit when the result would exceed
/// `bytes_max`, with kInvalid when the data is damaged, cut off, or the coding unknown.
base::Result<std::string> decompress(std::string_view coding, std::string_view data,
                                     uint64_t bytes_max);

/// decompress() with memory that stays for the next body. One thread.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  /// Appends to `out`, which is empty. Fails as decompress() does.
  base::Status decompress(std::string_view coding, std::string_view data, uint64_t bytes_max,
                          BodyBuffer& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// gzip at a level that favours speed.
base::Result<std::string> gzip(std::string_view data);

/// Whether an Accept-Encoding header allows gzip (listed, or "*", and not with q=0).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace tocsin::net

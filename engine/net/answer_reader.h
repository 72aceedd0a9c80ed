// One answer to a GET, read from the bytes of a connection. Pure but for the memory it borrows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/net/body_buffer.h"
#include "engine/net/chunk_decoder.h"
#include "engine/net/compression.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// Reads a status line, headers and a body delimited by length, chunks or the connection's end, and
/// undoes its content codings. Bounded: 256 KiB of heads (interim ones included), the body before
/// and after decompression. Usage: receive into room(), tell received(), until it is not kMore.
class AnswerReader {
 public:
  static constexpr size_t kScratchBytes = 64u << 10;

  /// What readers of one thread share. Large: belongs on the heap.
  struct Workspace {
    BufferPool buffers;
    Decompressor decompressor;
    char scratch[kScratchBytes];
  };

  enum class State : uint8_t { kMore, kDone, kFailed };

  /// `address` is for errors. The workspace outlives the reader.
  AnswerReader(Workspace& workspace, std::string address, uint64_t body_bytes_max);

  /// Where to receive the next bytes; never empty while kMore. Valid until another reader of the
  /// workspace is asked.
  std::span<char> room();
  /// The first `count` bytes (> 0) of room() have arrived.
  State received(size_t count);
  /// The peer will send no more.
  State closed();

  /// Whether a byte has come: before that, the request may be sent once more elsewhere.
  bool has_begun() const { return has_begun_; }
  /// After kDone: whether the connection can serve another request.
  bool keeps_alive() const { return keep_alive_; }
  /// After kDone.
  HttpResponse take_response() { return std::move(response_); }
  /// After kFailed.
  base::Error take_error() { return std::move(*error_); }

 private:
  enum class At : uint8_t { kHead, kLength, kChunks, kUntilClose, kEnd };

  State read(std::string_view bytes);
  State read_head(std::string_view bytes);
  State take_head(std::string_view text);
  State begin_body(std::string_view rest);
  State read_body(std::string_view bytes);
  State read_chunks(std::string_view bytes);
  State add(std::string_view bytes);
  State finish();
  State decode();
  State fail(base::Error error);

  Workspace& workspace_;
  const std::string address_;
  const uint64_t body_bytes_max_;
  At at_ = At::kHead;
  std::string head_;       // What of the head came before; mostly it comes at once.
  size_t head_line_ = 0;   // See find_response_head_end.
  size_t head_bytes_ = 0;  // Of interim answers.
  uint64_t left_ = 0;      // Of a body with a length.
  uint64_t coded_bytes_max_ = 0;
  ChunkDecoder chunks_;
  BodyBuffer body_;
  bool is_room_in_body_ = false;
  bool has_begun_ = false;
  bool keep_alive_ = false;
  HttpResponse response_;
  std::optional<base::Error> error_;
};

}  // namespace tocsin::net

// A large answer on its way: piece by piece, compressed and framed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/net/gzip_stream.h"
#include "engine/net/http_server.h"

namespace tocsin::net {

/// How the client sees where a body ends.
enum class BodyFraming : uint8_t {
  kLength,      ///< Content-Length
  kChunked,     ///< Transfer-Encoding
  kUntilClose,  ///< The connection ends with it: HTTP/1.0.
};

/// The bytes of a body that comes from a BodySource. Used by one thread at a time.
class ReplyStream {
 public:
  /// Takes `body` and `rest` of the response. Without a `gzip` the body is sent as it is.
  ReplyStream(ServerResponse& response, BodyFraming framing, std::unique_ptr<GzipStream> gzip);
  ~ReplyStream();
  ReplyStream(const ReplyStream&) = delete;
  ReplyStream& operator=(const ReplyStream&) = delete;

  /// Makes the next piece in place of the last one.
  void advance();
  /// What advance() made; valid until it makes the next one.
  std::string_view piece() const { return piece_; }
  /// Whether piece() is the last one.
  bool has_ended() const { return !has_more_; }

  /// For push(), with a descriptor of its own for the socket: whoever else has it may close it.
  void attach(int socket);
  /// Makes pieces and sends them for as long as the client takes them at once. Returns what is left
  /// of piece(): nothing only when that is the last.
  std::string_view push();
  /// Bytes of the pieces made since it was asked last.
  size_t take_made() { return std::exchange(made_, 0); }

 private:
  void append_some();
  void append_frame();

  const BodyFraming framing_;
  const std::unique_ptr<GzipStream> gzip_;
  std::shared_ptr<BodySource> source_;
  std::string plain_;  ///< Not yet compressed, or not yet framed.
  std::string piece_;
  bool has_more_ = true;
  int socket_ = -1;
  size_t made_ = 0;
};

}  // namespace tocsin::net

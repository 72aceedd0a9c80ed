// Inbound HTTP/1.1 with strict framing, bounded heads, bodies and idle time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/log.h"
#include "engine/base/status.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// A request, framed and bounded.
struct ServerRequest {
  std::string method;
  std::string path;    ///< Decoded, without the query; always starts with '/'.
  std::string query;   ///< Raw, without '?'.
  HeaderList headers;  ///< Names lower case.
  std::string body;    ///< Decompressed when Content-Encoding was gzip, zstd or deflate.
  std::string remote;  ///< "127.0.0.1:52612".
  /// Becomes true when the client has hung up or the server gives up waiting: whatever is computed
  /// for it is of no use. Null: nobody tells.
  std::shared_ptr<std::atomic<bool>> cancelled = nullptr;
  std::string_view header(std::string_view name) const;
};

/// The body of a large answer, made piece by piece while the client reads it. Used by one thread at
/// a time, not always the same. It goes when the client has all of it, or has gone.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Appends until `out` holds `bytes`, or little more. False when the body has ended. Must not
  /// throw.
  virtual bool append_to(std::string& out, size_t bytes) = 0;
  /// About how much memory it keeps until it goes.
  virtual uint64_t bytes_kept() const = 0;
};

struct ServerResponse {
  int status = 200;
  std::string content_type = "application/json";
  HeaderList headers;
  std::string body;
  /// What follows `body`; null: nothing. Sent in chunks, or on HTTP/1.0 up to the connection's end;
  /// the next piece is asked for when the client has taken the last one.
  std::shared_ptr<BodySource> rest = nullptr;
};

/// Answers one request, on a thread of the executor. Must not throw.
using ServerHandler = std::function<ServerResponse(const ServerRequest&)>;

/// Bounds; each violation is a 4xx and a closed connection (spec: reliability 2.1 and 5.1).
struct ServerLimits {
  uint32_t head_bytes_max = 64u << 10;
  uint64_t body_bytes_max = 32u << 20;
  /// One more closes the connection that has been idle longest, or is refused if all are busy.
  uint32_t connections_max = 512;
  base::DurationMs head_timeout = 10 * base::kSecond;
  base::DurationMs body_timeout = 60 * base::kSecond;
  /// For an answer, or each piece of it; whoever reads more slowly loses the connection.
  base::DurationMs write_timeout = 60 * base::kSecond;
  /// Bytes per second that clients read of answers in pieces, on average: a client may be late by
  /// `write_timeout`, no matter how large the answer is.
  uint64_t read_rate_min = 64u << 10;
  base::DurationMs idle_timeout = 5 * base::kMinute;
};

/// How much of a BodySource is in memory for a connection at once.
inline constexpr size_t kBodyPieceBytes = 256u << 10;

/// Counted since the start.
struct ServerStats {
  uint64_t connections = 0;          ///< Accepted, the refused ones included.
  uint64_t connections_open = 0;     ///< Now.
  uint64_t connections_refused = 0;  ///< Over connections_max, and none of them idle.
  uint64_t connections_evicted = 0;  ///< Idle ones, closed to make room.
  uint64_t requests = 0;             ///< Handed to the handler.
  uint64_t requests_refused = 0;     ///< Answered 4xx before any handler saw them.
};

/// Listens and serves until stopped. Destruction stops it with no grace.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  /// The port actually bound (of ":0").
  virtual uint16_t port() const = 0;
  /// Stops accepting, lets running requests finish and clients read their answers for at most
  /// `grace`, then closes. Blocks.
  /// A handler that runs longer than that ends unheard; the executor waits for it.
  virtual void stop(base::DurationMs grace) = 0;
  /// Thread-safe.
  virtual ServerStats stats() const = 0;
};

/// Binds `address` ("host:port", ":9099", "[::1]:0") and starts serving on a thread of its own;
/// handlers run on `executor`. Fails with one sentence when the address is bad or in use.
base::Result<std::unique_ptr<HttpServer>> serve_http(std::string_view address,
                                                     ServerHandler handler,
                                                     base::Executor& executor, ServerLimits limits,
                                                     base::Log log);

/// Query or form parameters in order, percent- and plus-decoded; a malformed escape stays as it is.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);
/// RFC 3986 percent-encoding of everything but unreserved characters (space → %20).
std::string percent_encode(std::string_view text);
/// Go's url.QueryEscape (space → '+').
std::string query_escape(std::string_view text);

}  // namespace tocsin::net

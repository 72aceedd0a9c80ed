// The framing rules of an HTTP/1.x request head. Pure: bytes in, parsed head or refusal out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

inline constexpr size_t kRequestHeadersMax = 64;

/// A head that can be read in one way only.
struct RequestHead {
  std::string method;
  std::string path;    ///< Decoded, starts with '/'.
  std::string query;   ///< Raw, without '?'.
  HeaderList headers;  ///< Names lower case, values without surrounding blanks.
  std::optional<uint64_t> content_length;
  bool chunked = false;
  bool is_1_1 = true;
  bool keep_alive = true;
  bool expects_continue = false;

  bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

/// Why a head is refused: the status to answer before closing, and a sentence.
struct HeadRefusal {
  int status = 400;
  std::string message;
};

/// Offset just after the head at the front of `bytes`, or npos while it is incomplete. A line that
/// does not end in CRLF ends the head early, for check_head to refuse it. `line` is where the
/// search goes on: 0 for a new head, moved forward by each call as more bytes arrive.
size_t find_head_end(std::string_view bytes, size_t& line);

/// Parses and checks a whole head, the blank line included. Stricter than RFC 9112 demands, so that
/// no proxy in front can see other requests than we do: Content-Length is one decimal number;
/// Transfer-Encoding is absent or exactly "chunked" on HTTP/1.1, and never both; one Host (none
/// allowed on 1.0); no folding, control characters, bare CR or LF, bad escapes.
base::Result<RequestHead, HeadRefusal> check_head(std::string_view head);

/// Percent-decodes a path. Fails (400) on invalid escapes and NUL; '+' stays.
base::Result<std::string, HeadRefusal> decode_path(std::string_view path);

}  // namespace tocsin::net

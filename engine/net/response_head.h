// The framing rules of an HTTP/1.x answer's head. Pure: bytes in, parsed head or refusal out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// A head that can be read in one way only.
struct ResponseHead {
  int status = 0;
  std::string reason;
  HeaderList headers;  ///< Names lower case, values without surrounding blanks.
  std::optional<uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;  ///< The connection may serve another request.

  bool is_interim() const { return status < 200; }
  /// 204 and 304 have none, whatever their headers say.
  bool may_have_body() const { return status != 204 && status != 304; }
};

/// False when no answer begins like these first bytes of one, however many they are.
bool may_be_response(std::string_view bytes);

/// Offset just after the head at the front of `bytes`, or npos while it is incomplete. `line` is
/// where the search goes on: 0 for a new head, moved forward by each call as more bytes arrive.
size_t find_response_head_end(std::string_view bytes, size_t& line);

/// Parses and checks a whole head, the blank line included; the error is a reason to refuse it.
/// Content-Length is one decimal number; Transfer-Encoding is absent or exactly "chunked" on
/// HTTP/1.1, and never both; no folding, control characters or blank before a colon. Lines that end
/// in a bare LF, as simple exporters write them, are read as in Go, but the connection is not kept.
base::Result<ResponseHead, std::string> check_response_head(std::string_view head);

}  // namespace tocsin::net

// The head of an answer.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "engine/net/http_server.h"

namespace tocsin::net {

/// Status line, headers (Date, Content-Type, Content-Length, Connection when it closes) and the
/// blank line. Control characters in the handler's headers become spaces.
std::string reply_head(const ServerResponse& response, bool keep_alive, base::TimestampMs now);

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(base::TimestampMs now);

/// "Not Found"; "" for a status without a name.
std::string_view status_text(int status);

/// A short plain-text answer for a refused request.
ServerResponse plain_reply(int status, std::string message);

/// Compresses the body when the client takes gzip and it is worth it.
void compress_reply(const ServerRequest& request, ServerResponse& response);

}  // namespace tocsin::net

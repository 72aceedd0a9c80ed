// The head of an answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/time.h"
#include "engine/net/http_server.h"
#include "engine/net/reply_stream.h"

namespace tocsin::net {

/// Status line, headers (Date, Content-Type, what frames the body, Connection when it closes) and
/// the blank line. Control characters in the handler's headers become spaces.
std::string reply_head(const ServerResponse& response, BodyFraming framing, bool keep_alive,
                       base::TimestampMs now);

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(base::TimestampMs now);

/// "Not Found"; "" for a status without a name.
std::string_view status_text(int status);

/// A short plain-text answer for a refused request.
ServerResponse plain_reply(int status, std::string message);

/// Whether answers of this status end with their head.
bool has_no_body(int status);

/// Of a response with a `rest`: takes all of that into the body when it is not so large that
/// compressing it whole, which is faster, would need much memory.
void complete_for_gzip(const ServerRequest& request, ServerResponse& response);

/// Compresses the body when the client takes gzip and it is worth it.
void compress_reply(const ServerRequest& request, ServerResponse& response);

/// Of a response with a `rest`: takes the body, and says in the headers when it compresses it.
std::shared_ptr<ReplyStream> begin_stream(const ServerRequest& request, BodyFraming framing,
                                          ServerResponse& response);

}  // namespace tocsin::net

// How text travels by mail.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace tocsin::notifiers {

/// Appends `text` as quoted-printable: lines of at most 76 bytes, CRLF line ends.
/// Source: Go mime/quotedprintable Writer.
void append_quoted_printable(std::string& out, std::string_view text);

/// A header's value: as it is when it is short and printable ASCII; else RFC 2047 words in UTF-8
/// with Q encoding, on folded lines. Line breaks never pass. Source: Go mime.QEncoding.Encode.
std::string encode_header(std::string_view value);

/// "Mon, 02 Jan 2006 15:04:05 +0000".
std::string mail_date(base::TimestampMs t);

}  // namespace tocsin::notifiers

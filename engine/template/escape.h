// Escaping for HTML, JavaScript and URLs, byte for byte as Go does it.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tocsin::tmpl {

/// text/template's HTMLEscapeString: & < > " ' and NUL.
void append_html_function(std::string& out, std::string_view text);
/// html/template's: the same, and '+'.
void append_html_escaped(std::string& out, std::string_view text);
/// As append_html_escaped, but '&' stays: for text that is HTML already.
void append_html_normalized(std::string& out, std::string_view text);
/// text/template's JSEscapeString.
void append_js(std::string& out, std::string_view text);
/// url.QueryEscape: space becomes '+', hex digits are capitals.
std::string query_escape(std::string_view text);
/// url.QueryUnescape. Fails with Go's text "invalid URL escape \"%zz\"".
base::Result<std::string> query_unescape(std::string_view text);
/// html/template's URL escaping: all but unreserved characters become %xx; with `normalize` also
/// reserved ones and well-formed escapes stay.
void append_url_part(std::string& out, std::string_view text, bool normalize);

/// Base64 with the URL-safe alphabet and padding.
std::string base64_url_encode(std::string_view bytes);
/// Fails with Go's text "illegal base64 data at input byte N".
base::Result<std::string> base64_url_decode(std::string_view text);

}  // namespace tocsin::tmpl

#include "engine/net/response_head.h"

#include <algorithm>
#include <utility>

#include "engine/net/http_field.h"
#include "engine/net/text.h"

namespace tocsin::net {
namespace {

using base::Result;

constexpr size_t kUsualHeaders = 12;
constexpr int kSwitchingProtocols = 101;

/// A head while it is read.
struct Draft {
  ResponseHead head;
  bool is_1_1 = false;
  bool says_close = false;
  bool has_bare_lf = false;
};

/// Cuts the next line off `rest`, which has one.
std::string_view next_line(std::string_view& rest, Draft& draft) {
  const size_t newline = rest.find('\n');
  std::string_view line = rest.substr(0, newline);
  rest.remove_prefix(newline + 1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else {
    draft.has_bare_lf = true;
  }
  return line;
}

/// "HTTP/1.1 200 OK". The error, or empty.
std::string parse_status_line(std::string_view line, Draft& draft) {
  constexpr size_t kVersionBytes = 8;
  const std::string_view version = line.substr(0, kVersionBytes);
  draft.is_1_1 = version == "HTTP/1.1";
  if (!draft.is_1_1 && version != "HTTP/1.0") return "no HTTP/1.x status line";
  line.remove_prefix(kVersionBytes);
  const bool is_shaped = line.size() >= 4 && line[0] == ' ' && (line.size() == 4 || line[4] == ' ');
  const auto status = is_shaped ? parse_length(line.substr(1, 3)) : std::nullopt;
  if (!status || *status < 100 || !is_one_line(line)) return "malformed status line";
  draft.head.status = static_cast<int>(*status);
  draft.head.reason = trim_blanks(line.substr(4));
  return {};
}

/// Takes note of what a field says about framing. The error, or empty.
std::string note_field(std::string_view name, std::string_view value, Draft& draft) {
  ResponseHead& head = draft.head;
  if (name == "content-length") {
    if (head.content_length) return "more than one Content-Length header";
    head.content_length = parse_length(value);
    if (!head.content_length) return "malformed Content-Length header";
  } else if (name == "transfer-encoding") {
    if (head.chunked) return "more than one Transfer-Encoding header";
    if (!equal_ignoring_case(value, "chunked")) return "unknown Transfer-Encoding";
    head.chunked = true;
  } else if (name == "connection") {
    draft.says_close |= has_option(value, "close");
  }
  return {};
}

std::string parse_field(std::string_view line, Draft& draft) {
  if (line.front() == ' ' || line.front() == '\t') return "folded header line";
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "malformed header line";
  if (!is_token(line.substr(0, colon))) return "malformed header name";
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!is_one_line(value)) return "control character in a header value";
  auto& field = draft.head.headers.emplace_back(to_lower(line.substr(0, colon)), value);
  return note_field(field.first, value, draft);
}

std::string judge(Draft& draft) {
  ResponseHead& head = draft.head;
  if (head.status == kSwitchingProtocols) return "an upgrade that was not asked for";
  if (head.chunked && head.content_length) return "both Content-Length and Transfer-Encoding";
  if (head.chunked && !draft.is_1_1) return "Transfer-Encoding needs HTTP/1.1";
  // A body that should not be there would be read as the next answer.
  const bool has_silent_body =
      !head.may_have_body() && (head.chunked || head.content_length.value_or(0) != 0);
  const bool is_delimited = head.chunked || head.content_length || !head.may_have_body();
  head.keep_alive =
      draft.is_1_1 && !draft.says_close && !draft.has_bare_lf && is_delimited && !has_silent_body;
  return {};
}

}  // namespace

bool may_be_response(std::string_view bytes) {
  constexpr std::string_view kBegin = "HTTP/";
  const size_t count = std::min(bytes.size(), kBegin.size());
  return bytes.substr(0, count) == kBegin.substr(0, count);
}

size_t find_response_head_end(std::string_view bytes, size_t& line) {
  for (;;) {
    const size_t newline = bytes.find('\n', line);
    if (newline == std::string_view::npos) return newline;
    const size_t length = newline - line;
    if (length == 0 || (length == 1 && bytes[line] == '\r')) return newline + 1;
    line = newline + 1;
  }
}

Result<ResponseHead, std::string> check_response_head(std::string_view bytes) {
  Draft draft;
  draft.head.headers.reserve(kUsualHeaders);
  std::string fault = parse_status_line(next_line(bytes, draft), draft);
  while (fault.empty() && !bytes.empty()) {
    const std::string_view line = next_line(bytes, draft);
    if (line.empty()) break;
    fault = parse_field(line, draft);
  }
  if (fault.empty()) fault = judge(draft);
  if (!fault.empty()) return fault;
  return std::move(draft.head);
}

}  // namespace tocsin::net

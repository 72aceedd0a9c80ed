#include "engine/net/http_head.h"

#include <array>
#include <utility>

#include "engine/net/http_field.h"
#include "engine/net/text.h"

namespace tocsin::net {
namespace {

using base::Result;

HeadRefusal refuse(std::string message, int status = 400) { return {status, std::move(message)}; }

constexpr size_t kMethodBytesMax = 32;

/// "host", "host:port", "[::1]:port"; what separates other things in a URL is not allowed.
bool is_host(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f) return false;
    if (std::string_view("/?#@,\\\"<>^`{|}").find(c) != std::string_view::npos) return false;
  }
  return true;
}

struct RequestLine {
  std::string_view method, target;
  bool is_1_1 = false;
};

Result<RequestLine, HeadRefusal> split_request_line(std::string_view line) {
  RequestLine out;
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse("malformed request line");
  out.method = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(out.method) || out.method.size() > kMethodBytesMax) {
    return refuse("malformed request method");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool is_http = version.substr(0, 5) == "HTTP/";
    return is_http ? refuse("only HTTP/1.0 and HTTP/1.1 are spoken here", 505)
                   : refuse("malformed request line");
  }
  out.is_1_1 = version == "HTTP/1.1";
  for (const char c : out.target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '#')
      return refuse("invalid character in request target");
  }
  return out;
}

/// Origin form ("/x?y") stays; absolute form ("http://host/x?y") loses scheme and authority.
Result<std::string_view, HeadRefusal> origin_form(std::string_view target) {
  if (!target.empty() && target.front() == '/') return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const size_t end = rest.find_first_of("/?");
    const std::string_view authority = rest.substr(0, end);
    if (authority.empty() || !is_host(authority)) return refuse("invalid host in request target");
    return end == std::string_view::npos ? std::string_view() : rest.substr(end);
  }
  return refuse("request target must be a path or an http URL");
}

base::Result<bool, HeadRefusal> parse_target(std::string_view target, RequestHead& head) {
  auto origin = origin_form(target);
  if (!origin) return std::move(origin).error();
  const size_t question = origin->find('?');
  auto path = decode_path(origin->substr(0, question));
  if (!path) return std::move(path).error();
  head.path = path->empty() ? "/" : *std::move(path);
  if (question != std::string_view::npos) head.query = origin->substr(question + 1);
  return true;
}

/// What the fields say about framing, collected before it is judged.
struct Framing {
  int hosts = 0;
  int transfer_encodings = 0;
  bool says_close = false;
};

/// Takes note of one field. The message of the refusal, or empty.
HeadRefusal note_field(std::string_view name, std::string_view value, RequestHead& head,
                       Framing& framing) {
  if (name == "host") {
    ++framing.hosts;
    if (!is_host(value)) return refuse("malformed Host header");
  } else if (name == "content-length") {
    if (head.content_length) return refuse("more than one Content-Length header");
    head.content_length = parse_length(value);
    if (!head.content_length) return refuse("malformed Content-Length header");
  } else if (name == "transfer-encoding") {
    ++framing.transfer_encodings;
    if (!equal_ignoring_case(value, "chunked")) {
      return refuse("the only Transfer-Encoding accepted is chunked");
    }
    head.chunked = true;
  } else if (name == "connection") {
    framing.says_close |= has_option(value, "close");
  } else if (name == "expect") {
    if (!equal_ignoring_case(value, "100-continue")) return refuse("unknown expectation", 417);
    head.expects_continue = true;
  }
  return {};
}

/// Parses one field line (without CRLF) into `head`.
HeadRefusal parse_field(std::string_view line, RequestHead& head, Framing& framing) {
  if (line.front() == ' ' || line.front() == '\t')
    return refuse("folded header lines are not accepted");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return refuse("malformed header line");
  if (!is_token(line.substr(0, colon))) return refuse("malformed header name");
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!is_one_line(value)) return refuse("invalid character in a header value");
  if (head.headers.size() == kRequestHeadersMax) return refuse("too many headers", 431);
  std::string name = to_lower(line.substr(0, colon));
  HeadRefusal refusal = note_field(name, value, head, framing);
  head.headers.emplace_back(std::move(name), value);
  return refusal;
}

HeadRefusal judge(const Framing& framing, RequestHead& head) {
  if (framing.transfer_encodings > 1) return refuse("more than one Transfer-Encoding header");
  if (head.chunked && head.content_length) {
    return refuse("both Content-Length and Transfer-Encoding");
  }
  if (head.chunked && !head.is_1_1) return refuse("Transfer-Encoding needs HTTP/1.1");
  if (framing.hosts > 1) return refuse("more than one Host header");
  if (head.is_1_1 && framing.hosts == 0) return refuse("missing Host header");
  head.keep_alive = head.is_1_1 && !framing.says_close;
  head.expects_continue = head.expects_continue && head.is_1_1 && head.has_body();
  return {};
}

/// Cuts the next CRLF-terminated line off `rest`; nothing when it ends in another way.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const size_t end = rest.find_first_of(std::string_view("\r\n", 2));
  if (end == std::string_view::npos || rest.substr(end, 2) != "\r\n") return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

}  // namespace

size_t find_head_end(std::string_view bytes, size_t& line) {
  for (;;) {
    const size_t newline = bytes.find('\n', line);
    if (newline == std::string_view::npos) return newline;
    const bool has_cr = newline > line && bytes[newline - 1] == '\r';
    if (!has_cr || newline - line == 1) return newline + 1;
    line = newline + 1;
  }
}

Result<RequestHead, HeadRefusal> check_head(std::string_view bytes) {
  constexpr const char* kLineEnds = "lines must end in CRLF";
  const auto first = next_line(bytes);
  if (!first) return refuse(kLineEnds);
  auto line = split_request_line(*first);
  if (!line) return std::move(line).error();

  RequestHead head;
  head.method = line->method;
  head.is_1_1 = line->is_1_1;
  if (auto parsed = parse_target(line->target, head); !parsed) return std::move(parsed).error();

  Framing framing;
  for (;;) {
    const auto field = next_line(bytes);
    if (!field) return refuse(kLineEnds);
    if (field->empty()) break;
    if (auto refusal = parse_field(*field, head, framing); !refusal.message.empty()) return refusal;
  }
  if (!bytes.empty()) return refuse("bytes after the end of the head");
  if (auto refusal = judge(framing, head); !refusal.message.empty()) return refusal;
  return head;
}

Result<std::string, HeadRefusal> decode_path(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    const int byte = hex_byte(path.substr(i + 1));
    if (byte < 0) return refuse("invalid percent escape in the path");
    if (byte == 0) return refuse("NUL in the path");
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace tocsin::net

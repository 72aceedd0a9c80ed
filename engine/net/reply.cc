#include "engine/net/reply.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "engine/net/compression.h"
#include "engine/net/text.h"

namespace tocsin::net {
namespace {

constexpr size_t kCompressFromBytes = 1024;
constexpr size_t kCompressWholeBytes = 2u << 20;

struct StatusText {
  int status;
  std::string_view text;
};
constexpr std::array kStatusTexts{StatusText{200, "OK"},
                                  StatusText{201, "Created"},
                                  StatusText{202, "Accepted"},
                                  StatusText{204, "No Content"},
                                  StatusText{301, "Moved Permanently"},
                                  StatusText{302, "Found"},
                                  StatusText{303, "See Other"},
                                  StatusText{304, "Not Modified"},
                                  StatusText{307, "Temporary Redirect"},
                                  StatusText{308, "Permanent Redirect"},
                                  StatusText{400, "Bad Request"},
                                  StatusText{401, "Unauthorized"},
                                  StatusText{403, "Forbidden"},
                                  StatusText{404, "Not Found"},
                                  StatusText{405, "Method Not Allowed"},
                                  StatusText{406, "Not Acceptable"},
                                  StatusText{408, "Request Timeout"},
                                  StatusText{409, "Conflict"},
                                  StatusText{410, "Gone"},
                                  StatusText{413, "Content Too Large"},
                                  StatusText{415, "Unsupported Media Type"},
                                  StatusText{417, "Expectation Failed"},
                                  StatusText{422, "Unprocessable Entity"},
                                  StatusText{429, "Too Many Requests"},
                                  StatusText{431, "Request Header Fields Too Large"},
                                  StatusText{499, "Client Closed Request"},
                                  StatusText{500, "Internal Server Error"},
                                  StatusText{501, "Not Implemented"},
                                  StatusText{502, "Bad Gateway"},
                                  StatusText{503, "Service Unavailable"},
                                  StatusText{504, "Gateway Timeout"},
                                  StatusText{505, "HTTP Version Not Supported"}};

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const auto append = [&out](std::string_view text) {
    const size_t start = out.size();
    out += text;
    if (is_one_line(text)) return;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
        [](char c) {
          return !is_one_line({&c, 1});
        },
        ' ');
  };
  append(name);
  out += ": ";
  append(value);
  out += "\r\n";
}

/// Whether to compress a body that is worth it; says that it depends on the client.
bool negotiate_gzip(const ServerRequest& request, ServerResponse& response) {
  for (const auto& [name, value] : response.headers) {
    if (equal_ignoring_case(name, "content-encoding")) return false;
  }
  response.headers.emplace_back("Vary", "Accept-Encoding");
  return accepts_gzip(request.header("accept-encoding"));
}

}  // namespace

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

std::string_view status_text(int status) {
  for (const StatusText& known : kStatusTexts) {
    if (known.status == status) return known.text;
  }
  return "";
}

std::string http_date(base::TimestampMs now) {
  namespace chrono = std::chrono;
  const chrono::sys_seconds time{chrono::floor<chrono::seconds>(chrono::milliseconds(now))};
  const chrono::sys_days day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %d %02d:%02d:%02d GMT",
                kDays.at(chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::string reply_head(const ServerResponse& response, BodyFraming framing, bool keep_alive,
                       base::TimestampMs now) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  out += status_text(response.status);
  out += "\r\n";
  append_header(out, "Date", http_date(now));
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (!has_no_body(response.status)) {
    if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
    if (framing == BodyFraming::kLength)
      append_header(out, "Content-Length", std::to_string(response.body.size()));
    if (framing == BodyFraming::kChunked) append_header(out, "Transfer-Encoding", "chunked");
  }
  if (!keep_alive) append_header(out, "Connection", "close");
  out += "\r\n";
  return out;
}

ServerResponse plain_reply(int status, std::string message) {
  return {status, "text/plain; charset=utf-8", {}, std::move(message) + "\n"};
}

void complete_for_gzip(const ServerRequest& request, ServerResponse& response) {
  if (response.rest == nullptr || !accepts_gzip(request.header("accept-encoding"))) return;
  if (!response.rest->append_to(response.body, kCompressWholeBytes)) response.rest.reset();
}

void compress_reply(const ServerRequest& request, ServerResponse& response) {
  if (response.body.size() <= kCompressFromBytes || has_no_body(response.status)) return;
  if (!negotiate_gzip(request, response)) return;
  auto packed = gzip(response.body);
  if (!packed || packed->size() >= response.body.size()) return;  // sent as it is
  response.body = *std::move(packed);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

std::shared_ptr<ReplyStream> begin_stream(const ServerRequest& request, BodyFraming framing,
                                          ServerResponse& response) {
  std::unique_ptr<GzipStream> gzip;
  if (negotiate_gzip(request, response)) gzip = GzipStream::start();
  if (gzip != nullptr) response.headers.emplace_back("Content-Encoding", "gzip");
  return std::make_shared<ReplyStream>(response, framing, std::move(gzip));
}

}  // namespace tocsin::net

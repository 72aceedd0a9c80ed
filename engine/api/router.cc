#include "engine/api/router.h"

#include <algorithm>
#include <set>

#include "engine/api/call_meter.h"
#include "engine/api/envelope.h"

namespace tocsin::api {
namespace {

/// Shown for requests that no handler takes.
constexpr std::string_view kNoPattern = "/*";

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> out;
  for (size_t start = 1; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    out.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
          std::vector<std::string>& captures) {
  if (pattern.size() != path.size()) return false;
  captures.clear();
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with(':')) {
      captures.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

net::ServerResponse plain(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = std::move(text)};
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
  routes_.push_back(
      {std::string(method), std::string(pattern), split(pattern), std::move(handler)});
}

void Router::add_query(std::string_view pattern, const Handler& handler) {
  add("GET", pattern, handler);
  add("POST", pattern, handler);
}

void Router::observe(base::MetricRegistry& metrics, const base::Clock& clock) {
  metrics_ = &metrics;
  clock_ = &clock;
}

net::ServerResponse Router::answer(const net::ServerRequest& request,
                                   std::string_view& pattern) const {
  const std::vector<std::string> path = split(request.path);
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::vector<std::string> captures;
  std::set<std::string, std::less<>> allowed;
  for (const Route& route : routes_) {
    if (!fits(route.segments, path, captures)) continue;
    pattern = route.pattern;
    if (route.method == method) return route.handler(Call{request, std::move(captures)});
    allowed.insert(route.method);
  }
  // Grafana looks for the words "page not found".
  if (allowed.empty()) return plain(404, "404 page not found\n");
  allowed.insert("OPTIONS");
  std::string list;
  for (const std::string& one : allowed) list += (list.empty() ? "" : ", ") + one;
  const bool asks = method == "OPTIONS";
  net::ServerResponse out = asks ? plain(200, "") : plain(405, "Method Not Allowed\n");
  out.headers.emplace_back("Allow", list);
  return out;
}

// Source: prometheus util/httputil/cors.go.
void Router::add_cors(const net::ServerRequest& request, net::ServerResponse& response) const {
  response.headers.emplace_back("Vary", "Origin");
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Accept, Authorization, Content-Type, Origin");
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  if (!origins_ || origins_->matches(origin))
    response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  response.headers.emplace_back("Access-Control-Expose-Headers", "Date");
}

net::ServerResponse Router::operator()(const net::ServerRequest& request) const {
  std::optional<CallMeter> meter;
  if (metrics_ != nullptr) meter.emplace(*metrics_, *clock_);
  std::string_view pattern = kNoPattern;
  const bool is_api = request.path.starts_with("/api/");
  const bool is_preflight = is_api && request.method == "OPTIONS";
  net::ServerResponse out = is_preflight ? no_content() : answer(request, pattern);
  const bool is_answered = pattern != kNoPattern && out.status != 405;
  if (room_) room_->admit(out);
  if (is_api && (is_preflight || is_answered)) add_cors(request, out);
  if (meter) meter->finish(pattern, out);
  return out;
}

}  // namespace tocsin::api

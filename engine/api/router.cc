#include "engine/api/router.h"

#include <algorithm>

namespace tocsin::api {
namespace {

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
  std::string allowed;
  for (const Route& route : routes_) {
    if (!fits(route.segments, path, captures)) continue;
    pattern = route.pattern;
    if (route.method == method) return route.handler(Call{request, std::move(captures)});
    allowed += (allowed.empty() ? "" : ", ") + route.method;
  }
  if (allowed.empty()) return plain(404, "404 page not found\n");
  net::ServerResponse out = plain(405, "Method Not Allowed\n");
  out.headers.emplace_back("Allow", allowed);
  return out;
}

namespace {

// Browsers of other origins may read; upstream's default --web.cors.origin is ".*".
void allow_origins(const net::ServerRequest& request, net::ServerResponse& response) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Accept, Authorization, Content-Type, Origin");
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.headers.emplace_back("Access-Control-Expose-Headers", "Date");
  response.headers.emplace_back("Vary", "Origin");
}

}  // namespace

net::ServerResponse Router::operator()(const net::ServerRequest& request) const {
  if (request.method == "OPTIONS") {
    net::ServerResponse out = plain(204, "");
    allow_origins(request, out);
    return out;
  }
  std::string_view pattern = "/*";
  if (metrics_ == nullptr) return answer(request, pattern);
  const int64_t start = clock_->steady_ns();
  net::ServerResponse out = answer(request, pattern);
  allow_origins(request, out);
  const std::string handler(pattern);
  metrics_
      ->counter("prometheus_http_requests_total", "Counter of HTTP requests.",
                {{"code", std::to_string(out.status)}, {"handler", handler}})
      .add();
  metrics_
      ->histogram("prometheus_http_request_duration_seconds",
                  "Histogram of latencies for HTTP requests.",
                  {0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120}, {{"handler", handler}})
      .observe(static_cast<double>(clock_->steady_ns() - start) / 1e9);
  return out;
}

}  // namespace tocsin::api

// Which handler answers which path.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/result_room.h"
#include "engine/base/matcher.h"
#include "engine/base/metrics.h"
#include "engine/net/http_server.h"

namespace tocsin::api {

/// A request with what routing found out about it.
struct Call {
  const net::ServerRequest& http;
  std::vector<std::string> captures;  ///< What stood for each `:name` of the pattern, in order.
};

using Handler = std::function<net::ServerResponse(const Call&)>;

/// Finds the handler of a method and path. Built once, then used from many threads.
class Router {
 public:
  /// `pattern` is a path whose segments may be ":name" (matches one whole segment). HEAD is
  /// answered by GET handlers.
  void add(std::string_view method, std::string_view pattern, Handler handler);
  /// GET and POST.
  void add_query(std::string_view pattern, const Handler& handler);

  /// Answers: the handler's answer, 404 when no pattern fits, 405 with Allow when the method does
  /// not. OPTIONS is answered here, and so are the questions of browsers about other origins.
  net::ServerResponse operator()(const net::ServerRequest& request) const;

  /// Pages of these origins alone may read what is below /api/; without it, those of all.
  void allow_origins(base::Regex origins) { origins_ = std::move(origins); }

  /// At most `bytes_max` of answers are kept for clients that have yet to read them (ResultRoom).
  void bound_results(uint64_t bytes_max) { room_.emplace(bytes_max); }

  /// Counts requests, their seconds and the bytes of answers per handler under prometheus_http_*.
  /// `clock` and `metrics` must outlive the router and all its answers.
  void observe(base::MetricRegistry& metrics, const base::Clock& clock);

 private:
  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    Handler handler;
  };
  net::ServerResponse answer(const net::ServerRequest& request, std::string_view& pattern) const;
  void add_cors(const net::ServerRequest& request, net::ServerResponse& response) const;
  std::vector<Route> routes_;
  std::optional<base::Regex> origins_;
  std::optional<ResultRoom> room_;
  base::MetricRegistry* metrics_ = nullptr;
  const base::Clock* clock_ = nullptr;
};

}  // namespace tocsin::api

// Requests and sources for tests of API calls.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/api/router.h"
#include "engine/base/series_source.h"

namespace tocsin::api {

/// GET of a path with a raw query.
inline net::ServerRequest get(std::string path, std::string query = "") {
  return {.method = "GET",
          .path = std::move(path),
          .query = std::move(query),
          .headers = {},
          .body = {},
          .remote = "127.0.0.1:1"};
}

inline net::ServerRequest post(std::string path, std::string type, std::string body) {
  net::ServerRequest out = get(std::move(path));
  out.method = "POST";
  out.headers = {{"content-type", std::move(type)}};
  out.body = std::move(body);
  return out;
}

inline std::string header_of(const net::ServerResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

/// Series without samples.
class FakeSource final : public base::SeriesSource {
 public:
  std::vector<base::Labels> known;
  base::TimestampMs from = 0;
  base::TimestampMs to = 0;

  base::Result<std::shared_ptr<base::Selection>> select(const base::Matchers&) override {
    return base::Error{base::Code::kLimit, "no selections here"};
  }
  base::Result<std::vector<base::Labels>> series(const std::vector<base::Matchers>& selectors,
                                                 base::TimestampMs start,
                                                 base::TimestampMs end) override {
    from = start;
    to = end;
    std::vector<base::Labels> out;
    for (const base::Labels& labels : known) {
      const bool match = std::ranges::any_of(
          selectors, [&](const auto& matchers) { return base::matches_all(matchers, labels); });
      if (selectors.empty() || match) out.push_back(labels);
    }
    return out;
  }
};

}  // namespace tocsin::api

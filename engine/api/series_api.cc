#include "engine/api/series_api.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "engine/api/envelope.h"
#include "engine/api/json_list.h"
#include "engine/api/parameters.h"
#include "engine/api/result_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/utf8.h"

namespace tocsin::api {
namespace {

// What all three calls take.
struct Request {
  std::vector<base::Matchers> matches;
  TimeSpan span;
  size_t limit = 0;
};

// Fails with the answer to give.
base::Result<Request, net::ServerResponse> read_request(const Parameters& parameters,
                                                        bool wrap_match) {
  Request out;
  const auto limit = parse_limit(parameters.get("limit"));
  if (!limit) return bad_parameter("limit", limit.error().message);
  out.limit = *limit;
  const auto span = parse_time_span(parameters);
  if (!span) return bad_parameter(span.error().name, span.error().detail);
  out.span = *span;
  auto matches = parse_matches(parameters.all("match[]"));
  if (!matches) {
    return wrap_match ? bad_parameter("match[]", matches.error().message)
                      : failure(ErrorType::kBadData, matches.error().message);
  }
  out.matches = *std::move(matches);
  return out;
}

std::vector<std::string> truncation(bool truncated) {
  if (!truncated) return {};
  return {"results truncated due to limit"};
}

net::ServerResponse series(const Call& call, base::SeriesSource& source) {
  const Parameters parameters(call.http);
  if (!parameters.fault().empty())
    return failure(ErrorType::kBadData, "error parsing form values: " + parameters.fault());
  if (parameters.all("match[]").empty())
    return failure(ErrorType::kBadData, "no match[] parameter provided");
  const auto request = read_request(parameters, true);
  if (!request) return request.error();
  auto found = source.series(request->matches, request->span.start, request->span.end);
  if (!found) return evaluation_failure(found.error());
  std::ranges::sort(*found);
  const bool truncated = request->limit != 0 && found->size() > request->limit;
  if (truncated) found->resize(request->limit);
  return list_success(*std::move(found), append_labels, truncation(truncated));
}

using Collect = std::function<void(const base::Labels&, std::set<std::string_view>&)>;

// Names or values of the labels of all series that match.
net::ServerResponse collect(const Call& call, base::SeriesSource& source,
                            const Collect& collect_from) {
  const Parameters parameters(call.http);
  const auto request = read_request(parameters, false);
  if (!request) return request.error();
  auto found = source.series(request->matches, request->span.start, request->span.end);
  if (!found) return evaluation_failure(found.error());
  std::set<std::string_view> texts;
  for (const base::Labels& labels : *found) collect_from(labels, texts);
  // The texts live as long as the series do, of which each has one.
  std::vector<std::string_view> list(texts.begin(), texts.end());
  const bool truncated = request->limit != 0 && list.size() > request->limit;
  if (truncated) list.resize(request->limit);
  const auto kept = std::make_shared<const std::vector<base::Labels>>(*std::move(found));
  return list_success(
      std::move(list),
      [kept](std::string& out, std::string_view text) { base::append_json_string(out, text); },
      truncation(truncated));
}

net::ServerResponse label_names(const Call& call, base::SeriesSource& source) {
  return collect(call, source, [](const base::Labels& labels, std::set<std::string_view>& out) {
    for (size_t i = 0; i < labels.size(); ++i) out.insert(labels[i].name);
  });
}

net::ServerResponse label_values(const Call& call, base::SeriesSource& source) {
  const std::string name = unescape_name(call.captures[0]);
  if (name.empty() || !base::is_utf8(name)) {
    return failure(ErrorType::kBadData, "invalid label name: " + base::go_quote(name));
  }
  return collect(call, source, [&](const base::Labels& labels, std::set<std::string_view>& out) {
    if (const auto value = labels.get(name); !value.empty()) out.insert(value);
  });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string unescape_name(std::string_view name) {
  if (!name.starts_with("U__")) return std::string(name);
  std::string out;
  for (size_t i = 3; i < name.size(); ++i) {
    if (name[i] != '_') {
      out += name[i];
      continue;
    }
    if (i + 1 < name.size() && name[i + 1] == '_') {
      out += '_';
      ++i;
      continue;
    }
    uint32_t rune = 0;
    size_t digits = 0;
    for (++i; i < name.size() && name[i] != '_' && digits < 6; ++i, ++digits) {
      if (hex_digit(name[i]) < 0) return std::string(name);
      rune = rune * 16 + static_cast<uint32_t>(hex_digit(name[i]));
    }
    // Malformed escapes leave the whole name as it is, as upstream does.
    if (i == name.size() || name[i] != '_' || digits == 0 || rune > 0x10ffff ||
        (rune >= 0xd800 && rune <= 0xdfff))
      return std::string(name);
    base::append_rune(out, rune);
  }
  return out;
}

void mount_series_api(Router& router, base::SeriesSource& source) {
  router.add_query("/api/v1/series", [&source](const Call& call) { return series(call, source); });
  router.add_query("/api/v1/labels",
                   [&source](const Call& call) { return label_names(call, source); });
  router.add("GET", "/api/v1/label/:name/values",
             [&source](const Call& call) { return label_values(call, source); });
}

}  // namespace tocsin::api

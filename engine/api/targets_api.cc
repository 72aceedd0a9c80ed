#include "engine/api/targets_api.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/api/envelope.h"
#include "engine/api/parameters.h"
#include "engine/api/result_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "engine/net/text.h"

namespace tocsin::api {
namespace {

using base::JsonWriter;

void write_labels(JsonWriter& json, std::string_view key, const base::Labels& labels) {
  std::string text;
  append_labels(text, labels);
  json.key(key).raw(text);
}

std::string time_text(base::TimestampMs t) {
  return t == 0 ? "0001-01-01T00:00:00Z" : base::format_rfc3339(t);
}

void write_active(JsonWriter& json, const scrape::ActiveTarget& active,
                  const std::string& external_url) {
  const scrape::Target& target = active.target;
  json.begin_object();
  write_labels(json, "discoveredLabels", target.discovered);
  write_labels(json, "labels", target.labels);
  json.field("scrapePool", active.pool)
      .field("scrapeUrl", target.url)
      .field("globalUrl", global_url(target.url, external_url))
      .field("lastError", active.state.last_error)
      .field("lastScrape", time_text(active.state.last_scrape));
  json.key("lastScrapeDuration").raw(base::format_sample(active.state.last_duration_seconds));
  json.field("health", scrape::to_string(active.state.health))
      .field("scrapeInterval", base::format_duration(target.interval))
      .field("scrapeTimeout", base::format_duration(target.timeout))
      .end_object();
}

void write_dropped(JsonWriter& json, const scrape::TargetsSnapshot& snapshot,
                   const std::function<bool(const std::string&)>& wanted) {
  for (const scrape::DroppedTarget& target : snapshot.dropped) {
    if (!wanted(target.pool)) continue;
    json.begin_object();
    write_labels(json, "discoveredLabels", target.discovered);
    json.field("scrapePool", target.pool).end_object();
  }
}

net::ServerResponse list_targets(const Call& call, const TargetsView& view) {
  const Parameters parameters(call.http);
  const std::string state = net::to_lower(parameters.get("state"));
  const bool any = state.empty() || state == "any";
  const bool with_dropped = any || state == "dropped";
  const std::string_view pool = parameters.get("scrapePool");
  const auto wanted = [&](const std::string& name) { return pool.empty() || name == pool; };
  const scrape::TargetsSnapshot snapshot = view.targets();
  std::string data;
  JsonWriter json(data);
  json.begin_object().key("activeTargets").begin_array();
  if (any || state == "active") {
    for (const scrape::ActiveTarget& target : snapshot.active) {
      if (wanted(target.pool)) write_active(json, target, view.external_url());
    }
  }
  json.end_array().key("droppedTargets").begin_array();
  if (with_dropped) write_dropped(json, snapshot, wanted);
  json.end_array().key("droppedTargetCounts");
  if (with_dropped) {
    json.begin_object();
    for (const auto& [name, count] : snapshot.dropped_counts)
      json.key(name).integer(static_cast<int64_t>(count));
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
  return success(data);
}

net::ServerResponse list_pools(const TargetsView& view) {
  std::string data;
  JsonWriter json(data);
  json.begin_object().key("scrapePools").begin_array();
  for (const std::string& name : view.pools()) json.string(name);
  json.end_array().end_object();
  return success(data);
}

// What an absent or empty limit means is "none": SIZE_MAX.
base::Result<size_t, net::ServerResponse> read_limit(const Parameters& parameters,
                                                     std::string_view name) {
  const std::string_view text = parameters.get(name);
  if (text.empty()) return SIZE_MAX;
  const auto value = parse_integer(text, "strconv.Atoi");
  if (!value) return failure(ErrorType::kBadData, std::string(name) + " must be a number");
  return *value < 0 ? SIZE_MAX : static_cast<size_t>(*value);
}

struct FamilyText {
  std::string_view type;
  std::string help;
  std::string unit;
  auto operator<=>(const FamilyText&) const = default;
};

net::ServerResponse list_metadata(const Call& call, const TargetsView& view) {
  const Parameters parameters(call.http);
  const auto limit = read_limit(parameters, "limit");
  if (!limit) return limit.error();
  const auto per_metric = read_limit(parameters, "limit_per_metric");
  if (!per_metric) return per_metric.error();
  const std::string_view metric = parameters.get("metric");
  std::map<std::string, std::set<FamilyText>> families;
  for (const scrape::TargetMetadata& target : view.metadata()) {
    for (const scrape::FamilyMetadata& family : target.families) {
      if (!metric.empty() && family.family != metric) continue;
      families[family.family].insert({scrape::to_string(family.type), family.help, family.unit});
    }
  }
  std::string data;
  JsonWriter json(data);
  json.begin_object();
  size_t written = 0;
  for (const auto& [name, texts] : families) {
    if (written++ == *limit) break;
    json.key(name).begin_array();
    size_t of_metric = 0;
    for (const FamilyText& text : texts) {
      if (*per_metric != 0 && of_metric++ == *per_metric) break;
      json.begin_object()
          .field("type", text.type)
          .field("unit", text.unit)
          .field("help", text.help)
          .end_object();
    }
    json.end_array();
  }
  json.end_object();
  return success(data);
}

net::ServerResponse list_target_metadata(const Call& call, const TargetsView& view) {
  const Parameters parameters(call.http);
  const auto limit = read_limit(parameters, "limit");
  if (!limit) return limit.error();
  base::Matchers matchers;
  if (const auto text = parameters.get("match_target"); !text.empty()) {
    auto matches = parse_matches({std::string(text)});
    if (!matches) return bad_parameter("match_target", matches.error().message);
    matchers = std::move(matches->front());
  }
  const std::string_view metric = parameters.get("metric");
  std::string data;
  JsonWriter json(data);
  json.begin_array();
  size_t written = 0;
  for (const scrape::TargetMetadata& target : view.metadata()) {
    if (!base::matches_all(matchers, target.target)) continue;
    for (const scrape::FamilyMetadata& family : target.families) {
      if ((!metric.empty() && family.family != metric) || written == *limit) continue;
      ++written;
      json.begin_object();
      write_labels(json, "target", target.target);
      if (metric.empty()) json.field("metric", family.family);
      json.field("type", scrape::to_string(family.type))
          .field("help", family.help)
          .field("unit", family.unit)
          .end_object();
    }
  }
  json.end_array();
  return success(data);
}

net::ServerResponse list_alertmanagers(const TargetsView& view) {
  std::string data;
  JsonWriter json(data);
  json.begin_object().key("activeAlertmanagers").begin_array();
  for (const std::string& url : view.alertmanager_urls())
    json.begin_object().field("url", url).end_object();
  json.end_array().key("droppedAlertmanagers").begin_array().end_array().end_object();
  return success(data);
}

}  // namespace

std::string global_url(const std::string& url, std::string_view external_url) {
  const size_t start = url.find("://");
  if (start == std::string::npos) return url;
  const size_t host = start + 3;
  const std::string_view rest = std::string_view(url).substr(host);
  for (const std::string_view local : {"127.0.0.1:", "localhost:", "[::1]:"}) {
    if (!rest.starts_with(local)) continue;
    const std::string_view port = rest.substr(local.size(), rest.find('/') - local.size());
    const std::string_view path = rest.substr(std::min(rest.find('/'), rest.size()));
    if (external_url.ends_with(":" + std::string(port)))
      return std::string(external_url) + std::string(path);
    const size_t name = std::min(external_url.find("://"), external_url.size() - 3) + 3;
    const size_t colon = external_url.rfind(':');
    const size_t end = colon >= name ? colon : external_url.size();
    return url.substr(0, host) + std::string(external_url.substr(name, end - name)) + ":" +
           std::string(port) + std::string(path);
  }
  return url;
}

void mount_targets_api(Router& router, TargetsView view) {
  router.add("GET", "/api/v1/targets",
             [view](const Call& call) { return list_targets(call, view); });
  router.add("GET", "/api/v1/targets/metadata",
             [view](const Call& call) { return list_target_metadata(call, view); });
  router.add("GET", "/api/v1/scrape_pools", [view](const Call&) { return list_pools(view); });
  router.add("GET", "/api/v1/metadata",
             [view](const Call& call) { return list_metadata(call, view); });
  router.add("GET", "/api/v1/alertmanagers",
             [view](const Call&) { return list_alertmanagers(view); });
}

}  // namespace tocsin::api

#include "engine/app/shown_config.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/app/prometheus_config.h"
#include "engine/base/time.h"

namespace tocsin::app {
namespace {

using config::YamlNode;

YamlNode text_node(std::string text) {
  YamlNode out;
  out.kind = YamlNode::Kind::kScalar;
  out.scalar = std::move(text);
  return out;
}

YamlNode list_node(const std::vector<std::string>& texts) {
  YamlNode out;
  out.kind = YamlNode::Kind::kSequence;
  for (const std::string& text : texts) out.items.push_back(text_node(text));
  return out;
}

YamlNode flag_node(bool value) { return text_node(value ? "true" : "false"); }

/// Puts keys in front of a mapping, in the order of the calls; the rest keeps its own behind them.
class Filler {
 public:
  explicit Filler(YamlNode& mapping) : mapping_(mapping) {
    mapping_.kind = YamlNode::Kind::kMapping;
  }
  ~Filler() {
    for (auto& entry : mapping_.entries) front_.push_back(std::move(entry));
    mapping_.entries = std::move(front_);
  }
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;

  /// What is written, if anything is.
  void written(std::string_view key) { take(key); }
  /// What is written, or else what holds.
  void value(std::string_view key, YamlNode otherwise) {
    if (!take(key)) put(key, std::move(otherwise));
  }
  /// What is in force, whatever is written.
  void in_force(std::string_view key, YamlNode value) {
    std::erase_if(mapping_.entries, [&](const auto& entry) { return entry.key.scalar == key; });
    put(key, std::move(value));
  }

 private:
  bool take(std::string_view key) {
    const auto entry = std::ranges::find_if(mapping_.entries,
                                            [&](const auto& one) { return one.key.scalar == key; });
    if (entry == mapping_.entries.end()) return false;
    const bool says_something = !entry->value.is_null();
    if (says_something) front_.push_back(std::move(*entry));
    mapping_.entries.erase(entry);
    return says_something;
  }
  void put(std::string_view key, YamlNode value) {
    front_.push_back({text_node(std::string(key)), std::move(value)});
  }

  YamlNode& mapping_;
  std::vector<YamlNode::Entry> front_;
};

YamlNode duration_node(base::DurationMs ms) { return text_node(base::format_duration(ms)); }

void fill_http(Filler& fill) {
  for (const char* key : {"basic_auth", "authorization", "bearer_token", "bearer_token_file"})
    fill.written(key);
  fill.value("follow_redirects", flag_node(true));
  fill.value("enable_http2", flag_node(true));
}

void fill_global(YamlNode& node, const PrometheusConfig& loaded) {
  Filler fill(node);
  const scrape::ScrapeDefaults& defaults = loaded.scrape_defaults;
  fill.in_force("scrape_interval", duration_node(defaults.interval));
  fill.in_force("scrape_timeout", duration_node(defaults.timeout));
  fill.value("scrape_protocols", list_node(defaults.protocols));
  fill.in_force("evaluation_interval", duration_node(loaded.evaluation_interval));
}

void fill_scrape(YamlNode& node, const scrape::ScrapeConfig& loaded) {
  Filler fill(node);
  fill.written("job_name");
  fill.written("honor_labels");
  fill.value("honor_timestamps", flag_node(true));
  fill.value("track_timestamps_staleness", flag_node(false));
  fill.written("params");
  fill.in_force("scrape_interval", duration_node(loaded.common.interval));
  fill.in_force("scrape_timeout", duration_node(loaded.common.timeout));
  fill.value("scrape_protocols", list_node(loaded.common.protocols));
  fill.value("metrics_path", text_node(loaded.metrics_path));
  fill.value("scheme", text_node(loaded.scheme));
  fill.value("enable_compression", flag_node(loaded.enable_compression));
  fill_http(fill);
}

void fill_alertmanager(YamlNode& node) {
  Filler fill(node);
  fill_http(fill);
  fill.value("scheme", text_node("http"));
  fill.written("path_prefix");
  fill.value("timeout", duration_node(10 * base::kSecond));
  fill.value("api_version", text_node("v2"));
}

YamlNode* find(YamlNode& mapping, std::string_view key) {
  for (YamlNode::Entry& entry : mapping.entries) {
    if (entry.key.scalar == key) return &entry.value;
  }
  return nullptr;
}

}  // namespace

YamlNode with_defaults(YamlNode root, const PrometheusConfig& loaded) {
  YamlNode nothing;
  nothing.kind = YamlNode::Kind::kMapping;
  Filler(root).value("global", std::move(nothing));
  fill_global(*find(root, "global"), loaded);
  if (YamlNode* jobs = find(root, "scrape_configs"); jobs != nullptr) {
    const size_t count = std::min(jobs->items.size(), loaded.scrape_configs.size());
    for (size_t i = 0; i < count; ++i) fill_scrape(jobs->items[i], *loaded.scrape_configs[i]);
  }
  YamlNode* const alerting = find(root, "alerting");
  YamlNode* const receivers = alerting == nullptr ? nullptr : find(*alerting, "alertmanagers");
  if (receivers != nullptr) {
    for (YamlNode& receiver : receivers->items) fill_alertmanager(receiver);
  }
  return root;
}

}  // namespace tocsin::app

#include "engine/scrape/scrape_config.h"

#include <algorithm>
#include <array>

#include "engine/discovery/sd_config.h"
#include "engine/net/http_config.h"
#include "engine/scrape/negotiation.h"

namespace tocsin::scrape {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;
using config::NameValidation;
using config::YamlFields;
using config::YamlNode;

Status invalid(const YamlNode& node, std::string message) {
  return {Code::kInvalid, std::move(message), node.where};
}

void read_count(YamlFields& fields, std::string_view key, uint64_t& out) {
  fields.node(key, [&out, key](const YamlNode& node) -> Status {
    ASSIGN_OR_RETURN(const int64_t value, config::yaml_int(node));
    if (value < 0) return invalid(node, std::string(key) + " must not be negative");
    // As upstream, a zero leaves the inherited limit in force.
    if (value != 0) out = static_cast<uint64_t>(value);
    return {};
  });
}

/// A switch that may be written, but only as false.
void read_off(YamlFields& fields, std::string_view key, std::string_view why) {
  fields.node(key, [key, why](const YamlNode& node) -> Status {
    ASSIGN_OR_RETURN(const bool on, config::yaml_bool(node));
    if (!on) return {};
    return {Code::kUnsupported,
            "\"" + std::string(key) + ": true\" is not supported: " + std::string(why), node.where};
  });
}

void read_zero(YamlFields& fields, std::string_view key) {
  fields.node(key, [key](const YamlNode& node) -> Status {
    ASSIGN_OR_RETURN(const double value, config::yaml_float(node));
    if (value == 0) return {};
    return {Code::kUnsupported,
            "\"" + std::string(key) + "\" is not supported: native histograms are not scraped",
            node.where};
  });
}

Status read_protocols(const YamlNode& node, std::vector<std::string>& out) {
  if (node.is_null()) return {};
  ASSIGN_OR_RETURN(std::vector<std::string> names, config::yaml_strings(node));
  if (names.empty()) return invalid(node, "scrape_protocols cannot be empty");
  for (size_t i = 0; i < names.size(); ++i) {
    const YamlNode& where = node.is_sequence() ? node.items[i] : node;
    RETURN_IF_ERROR(check_protocol(names[i], where.where));
    if (std::count(names.begin(), names.end(), names[i]) > 1) {
      return invalid(where, "duplicated protocol in scrape_protocols: " + names[i]);
    }
  }
  out = std::move(names);
  return {};
}

Status read_names(const YamlNode& node, NameValidation& out) {
  ASSIGN_OR_RETURN(const std::string text, config::yaml_string(node));
  if (text.empty()) return {};
  if (text != "utf8" && text != "legacy") {
    return invalid(node,
                   "unknown metric name validation method specified, must be either "
                   "'legacy' or 'utf8', got " +
                       text);
  }
  out = text == "utf8" ? NameValidation::kUtf8 : NameValidation::kLegacy;
  return {};
}

Status read_escaping(const YamlNode& node, std::string& out) {
  ASSIGN_OR_RETURN(const std::string text, config::yaml_string(node));
  if (text.empty()) return {};
  for (const std::string_view known : {"allow-utf-8", "underscores", "dots", "values"}) {
    if (text == known) out = text;
  }
  if (out == text) return {};
  return invalid(node, "unknown metric_name_escaping_scheme \"" + text +
                           "\" (known: allow-utf-8, underscores, dots, values)");
}

/// Keys that stand in `global` and may be repeated by a job.
Status read_common(YamlFields& fields, const YamlNode& node, ScrapeDefaults& out) {
  constexpr std::string_view kTextOnly = "only the text format is scraped";
  fields.node("scrape_protocols",
              [&](const YamlNode& n) { return read_protocols(n, out.protocols); });
  fields.node("metric_name_validation_scheme",
              [&](const YamlNode& n) { return read_names(n, out.names); });
  fields.node("metric_name_escaping_scheme",
              [&](const YamlNode& n) { return read_escaping(n, out.escaping); });
  read_off(fields, "scrape_native_histograms", kTextOnly);
  read_off(fields, "convert_classic_histograms_to_nhcb", "classic histograms stay classic");
  bool always_classic = true;  // They are scraped anyway.
  fields.boolean("always_scrape_classic_histograms", always_classic);
  fields.boolean("extra_scrape_metrics", out.extra_metrics);
  uint64_t body_bytes_max = 0;
  fields.size("body_size_limit", body_bytes_max);
  if (body_bytes_max != 0) out.body_bytes_max = body_bytes_max;
  read_count(fields, "sample_limit", out.samples_max);
  read_count(fields, "target_limit", out.targets_max);
  read_count(fields, "label_limit", out.labels_max);
  read_count(fields, "label_name_length_limit", out.label_name_bytes_max);
  read_count(fields, "label_value_length_limit", out.label_value_bytes_max);
  read_count(fields, "keep_dropped_targets", out.dropped_targets_kept);
  constexpr std::array<std::string_view, 1> kFailureLog{"scrape_failure_log_file"};
  fields.unsupported(kFailureLog, "the last error of a target is in /api/v1/targets");
  if (out.names == NameValidation::kLegacy && out.escaping == "allow-utf-8") {
    return invalid(node, "utf8 metric names requested but validation scheme is not set to UTF8");
  }
  return {};
}

/// Interval and timeout of a job or of global; `out` holds what is inherited.
Status read_timing(YamlFields& fields, const YamlNode& node, ScrapeDefaults& out) {
  base::DurationMs interval = 0;
  base::DurationMs timeout = 0;
  fields.duration("scrape_interval", interval).duration("scrape_timeout", timeout);
  if (interval > 0) out.interval = interval;
  const base::DurationMs inherited = std::min(out.timeout, out.interval);
  out.timeout = timeout > 0 ? timeout : inherited;
  if (out.timeout <= out.interval) return {};
  const YamlNode* where = node.find("scrape_timeout");
  return invalid(where != nullptr ? *where : node, "scrape timeout greater than scrape interval (" +
                                                       base::format_duration(out.timeout) + " > " +
                                                       base::format_duration(out.interval) + ")");
}

Status read_params(const YamlNode& node, std::map<std::string, std::vector<std::string>>& out) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) {
    return invalid(node, "params must be a mapping, not " + std::string(node.kind_name()));
  }
  for (const YamlNode::Entry& entry : node.entries) {
    ASSIGN_OR_RETURN(out[entry.key.scalar], config::yaml_strings(entry.value));
  }
  return {};
}

Status read_rules(const YamlNode& node, std::string_view what, NameValidation names,
                  std::vector<base::RelabelRule>& out) {
  ASSIGN_OR_RETURN(out, config::parse_relabel_rules(node, what, names));
  return {};
}

Status read_scheme(const YamlNode& node, std::string& out) {
  ASSIGN_OR_RETURN(const std::string text, config::yaml_string(node));
  if (text.empty()) return {};
  if (text != "http" && text != "https") {
    return invalid(node, "scheme must be http or https, not \"" + text + "\"");
  }
  out = text;
  return {};
}

/// Everything of a node as one text, comments and styles left out.
void append_fingerprint(const YamlNode& node, std::string& out) {
  out += static_cast<char>('0' + static_cast<int>(node.kind));
  out += std::to_string(node.scalar.size()) + ":" + node.scalar;
  for (const YamlNode& item : node.items) append_fingerprint(item, out);
  for (const YamlNode::Entry& entry : node.entries) {
    append_fingerprint(entry.key, out);
    append_fingerprint(entry.value, out);
  }
  out += ';';
}

std::string fingerprint_of(const YamlNode& node, const ScrapeDefaults& common) {
  std::string out;
  append_fingerprint(node, out);
  for (const std::string& protocol : common.protocols) out += protocol + ",";
  const std::array<uint64_t, 11> numbers{static_cast<uint64_t>(common.interval),
                                         static_cast<uint64_t>(common.timeout),
                                         static_cast<uint64_t>(common.names),
                                         common.extra_metrics ? 1u : 0u,
                                         common.body_bytes_max,
                                         common.samples_max,
                                         common.targets_max,
                                         common.labels_max,
                                         common.label_name_bytes_max,
                                         common.label_value_bytes_max,
                                         common.dropped_targets_kept};
  for (const uint64_t number : numbers) out += std::to_string(number) + ",";
  return out + common.escaping;
}

/// The parts whose reading depends on other keys.
struct Draft {
  IntakePolicy intake;
  Status timing, common, http;
};

void read_keys(YamlFields& fields, const YamlNode& node, ScrapeConfig& out, Draft& draft) {
  fields.string("job_name", out.job_name).required();
  draft.timing = read_timing(fields, node, out.common);
  draft.common = read_common(fields, node, out.common);
  fields.node("fallback_scrape_protocol", [&](const YamlNode& n) -> Status {
    ASSIGN_OR_RETURN(const std::string name, config::yaml_string(n));
    if (name.empty()) return {};
    RETURN_IF_ERROR(check_protocol(name, n.where));
    out.falls_back_to_text = true;
    return {};
  });
  fields.string("metrics_path", out.metrics_path);
  fields.node("scheme", [&](const YamlNode& n) { return read_scheme(n, out.scheme); });
  fields.node("params", [&](const YamlNode& n) { return read_params(n, out.params); });
  fields.boolean("honor_labels", draft.intake.labels.honor_labels);
  fields.boolean("honor_timestamps", draft.intake.honor_timestamps);
  fields.boolean("track_timestamps_staleness", draft.intake.track_timestamps_staleness);
  fields.boolean("enable_compression", out.enable_compression);
  read_zero(fields, "native_histogram_bucket_limit");
  read_zero(fields, "native_histogram_min_bucket_factor");
  const NameValidation names = out.common.names;
  fields.node("relabel_configs", [&](const YamlNode& n) {
    return read_rules(n, "target relabeling rule in scrape config", names, out.target_rules);
  });
  fields.node("metric_relabel_configs", [&](const YamlNode& n) {
    return read_rules(n, "metric relabeling rule in scrape config", names,
                      draft.intake.labels.metric_rules);
  });
  draft.http = net::read_http_config(fields, node, out.http);
  discovery::read_discovery_configs(fields, !out.target_rules.empty(), out.discoveries);
}

}  // namespace

Status read_scrape_defaults(YamlFields& fields, const YamlNode& global, ScrapeDefaults& out) {
  RETURN_IF_ERROR(read_timing(fields, global, out));
  return read_common(fields, global, out);
}

Result<ScrapeConfigPtr> parse_scrape_config(const YamlNode& node, const ScrapeDefaults& defaults) {
  if (node.is_null())
    return Error{Code::kInvalid, "empty or null scrape config section", node.where};
  auto out = std::make_shared<ScrapeConfig>();
  out->common = defaults;
  Draft draft;
  YamlFields fields(node, "scrape_config");
  read_keys(fields, node, *out, draft);
  RETURN_IF_ERROR(fields.finish());
  RETURN_IF_ERROR(draft.timing);
  RETURN_IF_ERROR(draft.common);
  RETURN_IF_ERROR(draft.http);
  if (out->job_name.empty()) return Error{Code::kInvalid, "job_name is empty", node.where};
  if (out->metrics_path.empty()) out->metrics_path = "/metrics";

  const ScrapeDefaults& common = out->common;
  draft.intake.samples_max = common.samples_max;
  draft.intake.labels.names = common.names;
  draft.intake.labels.labels_max = common.labels_max;
  draft.intake.labels.name_bytes_max = common.label_name_bytes_max;
  draft.intake.labels.value_bytes_max = common.label_value_bytes_max;
  out->intake = std::make_shared<const IntakePolicy>(std::move(draft.intake));
  const bool legacy = common.names == NameValidation::kLegacy;
  const std::string_view escaping = legacy ? "underscores" : "allow-utf-8";
  out->accept =
      accept_header(common.protocols, common.escaping.empty() ? escaping : common.escaping);
  out->fingerprint = fingerprint_of(node, common);
  return ScrapeConfigPtr(std::move(out));
}

Result<std::vector<ScrapeConfigPtr>> parse_scrape_configs(const YamlNode& list,
                                                          const ScrapeDefaults& defaults,
                                                          std::vector<std::string>& taken) {
  std::vector<ScrapeConfigPtr> out;
  if (list.is_null()) return out;
  if (!list.is_sequence()) {
    return Error{Code::kInvalid,
                 "scrape_configs must be a list, not " + std::string(list.kind_name()), list.where};
  }
  for (const YamlNode& item : list.items) {
    ASSIGN_OR_RETURN(ScrapeConfigPtr config, parse_scrape_config(item, defaults));
    if (std::find(taken.begin(), taken.end(), config->job_name) != taken.end()) {
      return Error{Code::kInvalid,
                   "found multiple scrape configs with job name \"" + config->job_name + "\"",
                   item.where};
    }
    taken.push_back(config->job_name);
    out.push_back(std::move(config));
  }
  return out;
}

}  // namespace tocsin::scrape

#include "notifiers/pagerduty/config.h"

#include <algorithm>
#include <array>

namespace tocsin::notifiers {

namespace {

using base::Status;
using config::YamlNode;

using Detail = std::pair<std::string_view, std::string_view>;
constexpr std::array<Detail, 4> kDefaultDetails{{{"firing", "{{ .Alerts.Firing | toJson }}"},
                                                 {"resolved", "{{ .Alerts.Resolved | toJson }}"},
                                                 {"num_firing", "{{ .Alerts.Firing | len }}"},
                                                 {"num_resolved", "{{ .Alerts.Resolved | len }}"}}};

Status read_details(const YamlNode& node, PagerdutyConfig& out) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) {
    return invalid_at(node.where,
                      "details must be a mapping, not " + std::string(node.kind_name()));
  }
  for (const YamlNode::Entry& entry : node.entries) {
    out.details.emplace_back(entry.key.scalar, entry.value);
  }
  return {};
}

void add_default_details(PagerdutyConfig& out) {
  for (const Detail& standard : kDefaultDetails) {
    const bool given = std::any_of(out.details.begin(), out.details.end(), [&](const auto& detail) {
      return detail.first == standard.first;
    });
    if (given) continue;
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.quoted = true;
    node.scalar = standard.second;
    out.details.emplace_back(standard.first, std::move(node));
  }
  std::sort(out.details.begin(), out.details.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

Status read_image(const YamlNode& node, PagerdutyConfig& out) {
  PagerdutyImage& image = out.images.emplace_back();
  Fields fields(node, "PagerDuty image");
  read_template(fields, "src", image.src);
  read_template(fields, "alt", image.alt);
  read_template(fields, "href", image.href);
  return fields.finish();
}

Status read_link(const YamlNode& node, PagerdutyConfig& out) {
  PagerdutyLink& link = out.links.emplace_back();
  Fields fields(node, "PagerDuty link");
  read_template(fields, "href", link.href);
  read_template(fields, "text", link.text);
  return fields.finish();
}

void read_texts(Fields& fields, PagerdutyConfig& out) {
  read_template(fields, "client", out.client);
  read_template(fields, "client_url", out.client_url);
  read_template(fields, "description", out.description);
  read_template(fields, "source", out.source);
  read_template(fields, "severity", out.severity);
  read_template(fields, "class", out.event_class);
  read_template(fields, "component", out.component);
  read_template(fields, "group", out.group);
}

Status check_keys(const PagerdutyConfig& config) {
  const bool routing = !config.routing_key.text.empty();
  const bool service = !config.service_key.text.empty();
  if (!routing && config.routing_key_file.empty() && !config.uses_v1()) {
    return invalid_at(config.where, "missing service or routing key in PagerDuty config");
  }
  if (routing && !config.routing_key_file.empty()) {
    return invalid_at(config.where,
                      "at most one of routing_key & routing_key_file must be configured");
  }
  if (service && !config.service_key_file.empty()) {
    return invalid_at(config.where,
                      "at most one of service_key & service_key_file must be configured");
  }
  return {};
}

}  // namespace

base::Result<PagerdutyConfig> parse_pagerduty_config(const YamlNode& node,
                                                     const GlobalConfig& global) {
  if (node.is_null()) return invalid_at(node.where, "missing pagerduty config");
  PagerdutyConfig out;
  out.where = node.where;
  out.http = global.http;
  out.url = global.pagerduty_url;
  Fields fields(node, "pagerduty_configs");
  read_flag(fields, "send_resolved", out.send_resolved);
  read_http(fields, out.http);
  read_secret_template(fields, "service_key", out.service_key);
  read_secret_file_name(fields, "service_key_file", out.service_key_file);
  read_secret_template(fields, "routing_key", out.routing_key);
  read_secret_file_name(fields, "routing_key_file", out.routing_key_file);
  read_url(fields, "url", out.url);
  read_texts(fields, out);
  fields.node("details", [&](const YamlNode& n) { return read_details(n, out); });
  fields.each("images", [&](const YamlNode& n) { return read_image(n, out); });
  fields.each("links", [&](const YamlNode& n) { return read_link(n, out); });
  read_go_duration(fields, "timeout", out.timeout);
  RETURN_IF_ERROR(fields.finish());
  RETURN_IF_ERROR(check_keys(out));
  if (out.source.text.empty()) out.source = out.client;
  if (out.severity.text.empty()) out.severity.text = "error";
  add_default_details(out);
  return out;
}

}  // namespace tocsin::notifiers

#include "notifiers/alerting_config.h"

#include <algorithm>
#include <array>

#include "engine/config/relabel_config.h"
#include "engine/net/http_config.h"
#include "notifiers/config_fields.h"

namespace tocsin::notifiers {

namespace {

using base::Status;
using config::YamlNode;

constexpr std::array<std::string_view, 27> kOtherDiscovery{
    "aws_sd_configs",          "azure_sd_configs",     "consul_sd_configs",
    "digitalocean_sd_configs", "dns_sd_configs",       "docker_sd_configs",
    "dockerswarm_sd_configs",  "ec2_sd_configs",       "ecs_sd_configs",
    "eureka_sd_configs",       "file_sd_configs",      "gce_sd_configs",
    "hetzner_sd_configs",      "http_sd_configs",      "ionos_sd_configs",
    "kubernetes_sd_configs",   "kuma_sd_configs",      "lightsail_sd_configs",
    "linode_sd_configs",       "marathon_sd_configs",  "nerve_sd_configs",
    "nomad_sd_configs",        "openstack_sd_configs", "puppetdb_sd_configs",
    "scaleway_sd_configs",     "serverset_sd_configs", "triton_sd_configs"};
constexpr std::array<std::string_view, 5> kRest{
    "uyuni_sd_configs", "vultr_sd_configs", "ovhcloud_sd_configs", "stackit_sd_configs", "sigv4"};
constexpr std::string_view kAddress = "__address__";
constexpr std::string_view kScheme = "__scheme__";
constexpr std::string_view kPath = "__alerts_path__";

/// What an entry says before its targets become addresses.
struct Raw {
  std::string scheme = "http";
  std::string path_prefix = "/";
  std::string api_version = "v2";
  std::vector<base::Labels> targets;
  std::vector<base::RelabelRule> relabel;
};

Status read_static(const YamlNode& node, Raw& out) {
  std::vector<std::string> addresses;
  std::vector<std::pair<std::string, std::string>> labels;
  Fields fields(node, "static_configs");
  fields.strings("targets", addresses);
  fields.string_map("labels", labels);
  RETURN_IF_ERROR(fields.finish());
  for (const std::string& address : addresses) {
    if (address.find('/') != std::string::npos) {
      return invalid_at(node.where, base::go_quote(address) + " is not a valid hostname");
    }
    base::LabelsBuilder target;
    for (const auto& [name, value] : labels) target.set(name, value);
    out.targets.push_back(target.set(kAddress, address).build());
  }
  return {};
}

Status read_rules(const YamlNode& node, std::string_view what,
                  std::vector<base::RelabelRule>& out) {
  ASSIGN_OR_RETURN(out, config::parse_relabel_rules(node, what));
  return {};
}

/// "/prefix/api/v2/alerts".
std::string alerts_path(std::string prefix) {
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.starts_with('/') && !prefix.empty()) prefix = '/' + prefix;
  return prefix + "/api/v2/alerts";
}

void add_urls(const Raw& raw, AlertmanagerEntry& out) {
  for (const base::Labels& target : raw.targets) {
    base::LabelsBuilder labels(target);
    labels.set(kScheme, raw.scheme).set(kPath, alerts_path(raw.path_prefix));
    if (!base::relabel(raw.relabel, labels)) continue;
    std::string url(labels.get(kScheme));
    url += "://";
    url += labels.get(kAddress);
    url += labels.get(kPath);
    if (std::find(out.urls.begin(), out.urls.end(), url) == out.urls.end()) {
      out.urls.push_back(std::move(url));
    }
  }
}

base::Result<AlertmanagerEntry> parse_entry(const YamlNode& node) {
  AlertmanagerEntry entry;
  entry.where = node.where;
  Raw raw;
  Fields fields(node, "alertmanagers");
  read_text(fields, "scheme", raw.scheme);
  read_text(fields, "path_prefix", raw.path_prefix);
  read_text(fields, "api_version", raw.api_version);
  fields.duration("timeout", entry.timeout);
  RETURN_IF_ERROR(net::read_http_config(fields, node, entry.http));
  fields.each("static_configs", [&](const YamlNode& n) { return read_static(n, raw); });
  fields.node("relabel_configs", [&](const YamlNode& n) {
    return read_rules(n, "Alertmanager target relabeling rule", raw.relabel);
  });
  fields.node("alert_relabel_configs", [&](const YamlNode& n) {
    return read_rules(n, "Alertmanager alert relabeling rule", entry.alert_relabel);
  });
  fields.unsupported(kOtherDiscovery, "this version finds Alertmanagers by static_configs only");
  fields.unsupported(kRest, "this version finds Alertmanagers by static_configs only");
  RETURN_IF_ERROR(fields.finish());
  if (raw.api_version != "v2") {
    return invalid_at(node.where, "expected Alertmanager api version to be one of [v2] but got " +
                                      raw.api_version);
  }
  add_urls(raw, entry);
  return entry;
}

}  // namespace

base::Result<AlertingConfig> parse_alerting_config(const YamlNode& node) {
  AlertingConfig out;
  Fields fields(node, "alerting");
  fields.node("alert_relabel_configs", [&](const YamlNode& n) {
    return read_rules(n, "alert relabeling rule", out.alert_relabel);
  });
  fields.each("alertmanagers", [&](const YamlNode& n) -> Status {
    ASSIGN_OR_RETURN(AlertmanagerEntry entry, parse_entry(n));
    out.alertmanagers.push_back(std::move(entry));
    return {};
  });
  RETURN_IF_ERROR(fields.finish());
  return out;
}

}  // namespace tocsin::notifiers

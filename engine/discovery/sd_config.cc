#include "engine/discovery/sd_config.h"

#include <array>

#include "engine/discovery/file_discovery.h"
#include "engine/discovery/static_discovery.h"
#include "engine/discovery/target_group_file.h"

namespace tocsin::discovery {
namespace {

using base::Code;
using base::Status;
using config::YamlNode;

constexpr std::array<std::string_view, 35> kOtherKinds{
    "aws_sd_configs",          "azure_sd_configs",      "consul_sd_configs",
    "digitalocean_sd_configs", "dns_sd_configs",        "docker_sd_configs",
    "dockerswarm_sd_configs",  "ec2_sd_configs",        "eureka_sd_configs",
    "gce_sd_configs",          "hetzner_sd_configs",    "http_sd_configs",
    "ionos_sd_configs",        "kubernetes_sd_configs", "kuma_sd_configs",
    "lightsail_sd_configs",    "linode_sd_configs",     "marathon_sd_configs",
    "nerve_sd_configs",        "nomad_sd_configs",      "oci_sd_configs",
    "openstack_sd_configs",    "outscale_sd_configs",   "ovhcloud_sd_configs",
    "puppetdb_sd_configs",     "scaleway_sd_configs",   "serverset_sd_configs",
    "stackit_sd_configs",      "triton_sd_configs",     "uyuni_sd_configs",
    "vultr_sd_configs",        "ecs_sd_configs",        "elasticache_sd_configs",
    "msk_sd_configs",          "rds_sd_configs"};

Status read_static(const YamlNode& node, bool urls_allowed, std::vector<TargetGroup>& groups) {
  if (node.is_null())
    return {Code::kInvalid, "empty or null section in static_configs", node.where};
  ASSIGN_OR_RETURN(TargetGroup group, parse_target_group(node, std::to_string(groups.size())));
  for (const base::Labels& target : group.targets) {
    const std::string_view address = target.get("__address__");
    if (urls_allowed || address.find('/') == std::string_view::npos) continue;
    return {Code::kInvalid,
            base::go_quote(address) +
                " is not a valid hostname: a target is host:port; the path "
                "belongs in metrics_path, the scheme in scheme",
            node.where};
  }
  groups.push_back(std::move(group));
  return {};
}

}  // namespace

void read_discovery_configs(config::YamlFields& fields, bool urls_allowed, DiscoveryConfigs& out) {
  std::vector<TargetGroup> groups;
  fields.each("static_configs",
              [&](const YamlNode& n) { return read_static(n, urls_allowed, groups); });
  if (!groups.empty()) out.push_back(std::make_shared<StaticDiscoveryConfig>(std::move(groups)));
  fields.each("file_sd_configs", [&](const YamlNode& n) -> Status {
    ASSIGN_OR_RETURN(auto config, parse_file_sd_config(n));
    out.push_back(std::move(config));
    return {};
  });
  fields.unsupported(kOtherKinds, "use static_configs or file_sd_configs");
}

}  // namespace tocsin::discovery

// Kubernetes objects that carry rules. Source: prometheus-operator prometheusrule_types.go.
#include <functional>

#include "engine/base/labels.h"
#include "rules/rule_reader.h"

namespace tocsin::rules {
namespace {

using config::YamlNode;

std::string text_of(const YamlNode& mapping, std::string_view key) {
  const YamlNode* node = mapping.is_mapping() ? mapping.find(key) : nullptr;
  return node != nullptr && node->is_scalar() ? node->scalar : "";
}

void ignore(const YamlNode&) {}

void read_object(RuleReader& reader, const YamlNode& node, const std::string& path, bool alone,
                 std::vector<GroupSpec>& out) {
  const YamlNode* metadata = node.find("metadata");
  std::string file = path;
  if (!alone && metadata != nullptr) {
    file += "#" + text_of(*metadata, "namespace") + "/" + text_of(*metadata, "name");
  }
  const std::string version = text_of(node, "apiVersion");
  if (version != "monitoring.coreos.com/v1") {
    reader.fail(node, "apiVersion " + base::go_quote(version) +
                          " of a PrometheusRule must be \"monitoring.coreos.com/v1\"");
  }
  const RuleReader::Field spec[] = {{"groups", [&](const YamlNode& groups) {
                                       reader.read_groups(groups, file, RuleDialect::kManifest,
                                                          out);
                                     }}};
  const RuleReader::Field fields[] = {
      {"apiVersion", ignore},
      {"kind", ignore},
      {"metadata", ignore},
      {"status", ignore},
      {"spec", [&](const YamlNode& n) { reader.read_mapping(n, "spec of PrometheusRule", spec); }},
  };
  reader.read_mapping(node, "PrometheusRule", fields);
}

}  // namespace

void read_manifest(RuleReader& reader, const YamlNode& node, const std::string& path, bool alone,
                   std::vector<GroupSpec>& out) {
  const std::string kind = text_of(node, "kind");
  if (kind == "PrometheusRule") {
    read_object(reader, node, path, alone, out);
    return;
  }
  const YamlNode* items = node.find("items");
  if ((kind != "List" && kind != "PrometheusRuleList") || items == nullptr ||
      !items->is_sequence()) {
    reader.fail(node, "kind " + base::go_quote(kind) +
                          " has no rules: expected a PrometheusRule, or a List of them");
    return;
  }
  for (const YamlNode& item : items->items) {
    if (item.is_mapping() && text_of(item, "kind") == "PrometheusRule") {
      read_object(reader, item, path, items->items.size() == 1 && alone, out);
    } else {
      reader.fail(item, "a List of rules holds PrometheusRule objects only");
    }
  }
}

}  // namespace tocsin::rules

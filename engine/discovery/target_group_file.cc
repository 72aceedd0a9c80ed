#include "engine/discovery/target_group_file.h"

namespace tocsin::discovery {

using base::Code;
using base::Error;
using base::Labels;
using base::LabelsBuilder;
using base::Result;
using base::Status;
using config::YamlNode;

namespace {

Status read_labels(const YamlNode& node, LabelsBuilder& out) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) {
    return {Code::kInvalid, "labels must be a mapping, not " + std::string(node.kind_name()),
            node.where};
  }
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string& name = entry.key.scalar;
    if (name.empty() || !base::is_utf8(name)) {
      return {Code::kInvalid, base::go_quote(name) + " is not a valid label name", entry.key.where};
    }
    ASSIGN_OR_RETURN(const std::string value, config::yaml_string(entry.value));
    if (!base::is_utf8(value)) {
      return {Code::kInvalid, base::go_quote(value) + " is not a valid label value",
              entry.value.where};
    }
    out.set(name, value);
  }
  return {};
}

}  // namespace

Result<TargetGroup> parse_target_group(const YamlNode& node, std::string source) {
  TargetGroup group;
  group.source = std::move(source);
  std::vector<std::string> addresses;
  LabelsBuilder labels;
  config::YamlFields fields(node, "target group");
  fields.strings("targets", addresses);
  fields.node("labels", [&](const YamlNode& n) { return read_labels(n, labels); });
  RETURN_IF_ERROR(fields.finish());
  group.labels = labels.build();
  for (const std::string& address : addresses) {
    if (!base::is_utf8(address)) {
      return Error{Code::kInvalid, base::go_quote(address) + " is not valid UTF-8", node.where};
    }
    group.targets.push_back(Labels::of({{"__address__", address}}));
  }
  return group;
}

Result<std::vector<TargetGroup>> parse_target_groups(std::string_view text,
                                                     const std::string& path) {
  ASSIGN_OR_RETURN(const YamlNode root, config::parse_yaml_document(text, path));
  std::vector<TargetGroup> groups;
  // Half-written: whoever rewrites a file in place begins by emptying it.
  const bool is_json = path.ends_with(".json") || path.ends_with(".JSON");
  if (is_json && text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error{Code::kInvalid, "the file is empty, which is not valid JSON", root.where};
  }
  if (root.is_null()) return groups;
  if (!root.is_sequence()) {
    return Error{Code::kInvalid,
                 "expected a list of target groups, not " + std::string(root.kind_name()),
                 root.where};
  }
  for (const YamlNode& item : root.items) {
    if (item.is_null()) return Error{Code::kInvalid, "a target group is empty", item.where};
    ASSIGN_OR_RETURN(TargetGroup group,
                     parse_target_group(item, path + ":" + std::to_string(groups.size())));
    group.labels = group.labels.with("__meta_filepath", path);
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace tocsin::discovery

#include "rules/rule_reader.h"

#include <algorithm>
#include <functional>

#include "engine/base/labels.h"
#include "rules/rule_check.h"

namespace tocsin::rules {

using base::Code;
using config::YamlNode;

void RuleReader::fail(const YamlNode& node, std::string message) {
  errors_.push_back({Code::kInvalid, std::move(message), node.where});
}

template <class T, class Out>
void RuleReader::store(base::Result<T> value, Out& out) {
  if (value) {
    out = *std::move(value);
  } else {
    errors_.push_back(std::move(value).error());
  }
}

void RuleReader::read_mapping(const YamlNode& node, std::string_view what,
                              std::span<const Field> fields) {
  if (!node.is_mapping()) {
    fail(node, std::string(what) + " must be a mapping, not " + std::string(node.kind_name()));
    return;
  }
  for (const YamlNode::Entry& entry : node.entries) {
    if (errors_.size() >= kRuleErrorsMax) return;
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& f) { return f.key == entry.key.scalar; });
    if (field != fields.end()) {
      field->read(entry.value);
      continue;
    }
    std::vector<std::string> known;
    for (const Field& f : fields) known.emplace_back(f.key);
    std::string message = "unknown key " + base::go_quote(entry.key.scalar) + " in ";
    message += what;
    const std::string nearest = config::nearest_word(entry.key.scalar, known);
    if (!nearest.empty()) message += "; did you mean \"" + nearest + "\"?";
    fail(entry.key, std::move(message));
  }
}

void RuleReader::read_groups(const YamlNode& node, const std::string& file, RuleDialect dialect,
                             std::vector<GroupSpec>& out) {
  if (node.is_null()) return;
  if (!node.is_sequence()) {
    fail(node, "groups must be a list, not " + std::string(node.kind_name()));
    return;
  }
  for (const YamlNode& item : node.items) {
    if (errors_.size() >= kRuleErrorsMax) return;
    GroupSpec group = read_group(item, dialect);
    group.file = file;
    if (group.name.empty()) {
      fail(item, "Groupname must not be empty");
    } else if (!seen_.emplace(file, group.name).second) {
      fail(item, "groupname: \"" + group.name + "\" is repeated in the same file");
    }
    out.push_back(std::move(group));
  }
}

GroupSpec RuleReader::read_group(const YamlNode& node, RuleDialect dialect) {
  GroupSpec group;
  group.where = node.where;
  const YamlNode* rules = nullptr;
  std::vector<Field> fields = {
      {"name", [&](const YamlNode& n) { store(config::yaml_string(n), group.name); }},
      {"interval", [&](const YamlNode& n) { read_duration(n, dialect, group.interval); }},
      {"query_offset",
       [&](const YamlNode& n) {
         if (!n.is_null()) read_duration(n, dialect, group.query_offset.emplace());
       }},
      {"limit", [&](const YamlNode& n) { store(config::yaml_int(n), group.limit); }},
      {"labels", [&](const YamlNode& n) { read_pairs(n, group.labels); }},
      {"rules", [&](const YamlNode& n) { rules = &n; }},
  };
  if (dialect == RuleDialect::kManifest) {
    fields.push_back(
        {"partial_response_strategy", [&](const YamlNode& n) { read_partial_response(n); }});
  }
  read_mapping(node, "rule group", fields);
  if (rules != nullptr) read_rules(*rules, dialect, group);
  if (!node.is_mapping()) return group;
  const bool alerting = std::any_of(group.rules.begin(), group.rules.end(), [](const auto& rule) {
    return rule.kind == RuleKind::kAlerting;
  });
  check_group_labels(group, node, alerting, options_, errors_);
  return group;
}

void RuleReader::read_rules(const YamlNode& list, RuleDialect dialect, GroupSpec& group) {
  if (list.is_null()) return;
  if (!list.is_sequence()) {
    fail(list, "rules must be a list, not " + std::string(list.kind_name()));
    return;
  }
  for (const YamlNode& item : list.items) {
    if (errors_.size() >= kRuleErrorsMax) return;
    const size_t errors_before = errors_.size();
    RuleSpec rule = read_rule(item, dialect);
    if (errors_.size() == errors_before) {
      check_rule(rule, {source_, group.name, group.rules.size() + 1, &item}, options_, errors_);
    }
    group.rules.push_back(std::move(rule));
  }
}

RuleSpec RuleReader::read_rule(const YamlNode& node, RuleDialect dialect) {
  RuleSpec rule;
  std::string alert;
  std::string record;
  rule.where = node.where;
  const Field fields[] = {
      {"record", [&](const YamlNode& n) { store(config::yaml_string(n), record); }},
      {"alert", [&](const YamlNode& n) { store(config::yaml_string(n), alert); }},
      {"expr",
       [&](const YamlNode& n) {
         store(config::yaml_string(n), rule.text);
         rule.expr_where = n.where;
       }},
      {"for", [&](const YamlNode& n) { read_duration(n, dialect, rule.hold); }},
      {"keep_firing_for",
       [&](const YamlNode& n) { read_duration(n, RuleDialect::kPlain, rule.keep_firing_for); }},
      {"labels", [&](const YamlNode& n) { read_pairs(n, rule.labels); }},
      {"annotations", [&](const YamlNode& n) { read_pairs(n, rule.annotations); }},
  };
  read_mapping(node, "rule", fields);
  rule.kind = alert.empty() && !record.empty() ? RuleKind::kRecording : RuleKind::kAlerting;
  rule.name = rule.kind == RuleKind::kAlerting ? alert : record;
  return rule;
}

void RuleReader::read_duration(const YamlNode& node, RuleDialect dialect, base::DurationMs& out) {
  const bool unset = dialect == RuleDialect::kManifest && node.is_scalar() && node.scalar.empty();
  if (!unset) store(config::yaml_duration(node), out);
}

void RuleReader::read_pairs(const YamlNode& node, TextPairs& out) {
  if (node.is_null()) return;
  if (!node.is_mapping()) {
    fail(node, "expected a mapping of names to texts, not " + std::string(node.kind_name()));
    return;
  }
  for (const YamlNode::Entry& entry : node.entries) {
    std::string text;
    store(config::yaml_string(entry.value), text);
    out.emplace_back(entry.key.scalar, std::move(text));
  }
  std::sort(out.begin(), out.end());
}

void RuleReader::read_partial_response(const YamlNode& node) {
  std::string strategy;
  store(config::yaml_string(node), strategy);
  for (char& c : strategy) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  // Thanos's own; an engine that queries one store has no partial answers, so either is met.
  if (strategy.empty() || strategy == "abort" || strategy == "warn") return;
  fail(node, "partial_response_strategy must be abort or warn, not " + base::go_quote(strategy));
}

}  // namespace tocsin::rules

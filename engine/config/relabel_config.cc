#include "engine/config/relabel_config.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/labels.h"

namespace tocsin::config {
namespace {

using base::Code;
using base::Error;
using base::RelabelAction;
using base::RelabelRule;
using base::Result;
using base::Status;

constexpr std::array<std::pair<std::string_view, RelabelAction>, 11> kActions{{
    {"replace", RelabelAction::kReplace},
    {"keep", RelabelAction::kKeep},
    {"drop", RelabelAction::kDrop},
    {"keepequal", RelabelAction::kKeepEqual},
    {"dropequal", RelabelAction::kDropEqual},
    {"hashmod", RelabelAction::kHashMod},
    {"labelmap", RelabelAction::kLabelMap},
    {"labeldrop", RelabelAction::kLabelDrop},
    {"labelkeep", RelabelAction::kLabelKeep},
    {"lowercase", RelabelAction::kLowercase},
    {"uppercase", RelabelAction::kUppercase},
}};

constexpr std::string_view kDefaultRegex = "(.*)";

bool is_one_of(RelabelAction action, std::initializer_list<RelabelAction> actions) {
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return text;
}

Result<RelabelAction> action_of(const YamlNode& node) {
  ASSIGN_OR_RETURN(const std::string text, yaml_string(node));
  const std::string name = lower(text);
  if (name.empty()) return Error{Code::kInvalid, "relabel action cannot be empty", node.where};
  std::vector<std::string> names;
  for (const auto& [known, action] : kActions) {
    if (known == name) return action;
    names.emplace_back(known);
  }
  std::string message = "unknown relabel action \"" + text + "\"";
  const std::string nearest = nearest_word(name, names);
  if (!nearest.empty()) message += "; did you mean \"" + nearest + "\"?";
  return Error{Code::kInvalid, std::move(message), node.where};
}

std::string_view name_of(RelabelAction action) {
  for (const auto& [name, known] : kActions) {
    if (known == action) return name;
  }
  return "";
}

/// A template such as "__meta_${1}_x": with every reference replaced by a letter it must be a name.
bool is_valid_target(std::string_view target, NameValidation names) {
  if (names == NameValidation::kUtf8) return !target.empty() && base::is_utf8(target);
  std::string plain;
  for (size_t i = 0; i < target.size(); ++i) {
    if (target[i] != '$') {
      plain += target[i];
      continue;
    }
    const bool braces = i + 1 < target.size() && target[i + 1] == '{';
    size_t end = i + (braces ? 2 : 1);
    while (end < target.size() && base::is_legacy_label_name(std::string("_") + target[end])) ++end;
    if (braces && (end >= target.size() || target[end] != '}')) return false;
    plain += 'x';
    i = braces ? end : end - 1;
  }
  return base::is_legacy_label_name(plain);
}

/// Which optional keys a rule set to something other than the default.
struct Given {
  bool regex, modulus, separator, replacement;
};

std::optional<std::string> fault(const RelabelRule& rule, const Given& given,
                                 NameValidation names) {
  using enum RelabelAction;
  const RelabelAction action = rule.action;
  const std::string name(name_of(action));
  if (action == kHashMod && rule.modulus == 0) {
    return "relabel configuration for hashmod requires non-zero modulus";
  }
  if (is_one_of(action, {kReplace, kKeepEqual, kDropEqual, kHashMod, kLowercase, kUppercase})) {
    if (rule.target_label.empty()) {
      return "relabel configuration for " + name + " action requires 'target_label' value";
    }
    if (!is_valid_target(rule.target_label, names)) {
      return base::go_quote(rule.target_label) + " is invalid 'target_label' for " + name +
             " action";
    }
  }
  if (is_one_of(action, {kKeepEqual, kDropEqual}) &&
      (given.regex || given.modulus || given.separator || given.replacement)) {
    return name + " action requires only 'source_labels' and `target_label`, and no other fields";
  }
  if (is_one_of(action, {kLowercase, kUppercase}) && given.replacement) {
    return "'replacement' can not be set for " + name + " action";
  }
  if (action == kLabelMap && !is_valid_target(rule.replacement, names)) {
    return base::go_quote(rule.replacement) + " is invalid 'replacement' for " + name + " action";
  }
  const bool others = !rule.source_labels.empty() || !rule.target_label.empty() || given.modulus ||
                      given.separator || given.replacement;
  if (is_one_of(action, {kLabelDrop, kLabelKeep}) && others) {
    return name + " action requires only 'regex', and no other fields";
  }
  return std::nullopt;
}

Status read_modulus(const YamlNode& node, uint64_t& out) {
  ASSIGN_OR_RETURN(const int64_t value, yaml_int(node));
  if (value < 0) return Error{Code::kInvalid, "modulus must not be negative", node.where};
  out = static_cast<uint64_t>(value);
  return {};
}

Status read_source_labels(const YamlNode& node, NameValidation names,
                          std::vector<std::string>& out) {
  ASSIGN_OR_RETURN(out, yaml_strings(node));
  for (const std::string& label : out) {
    const bool valid = names == NameValidation::kLegacy ? base::is_legacy_label_name(label)
                                                        : !label.empty() && base::is_utf8(label);
    if (valid) continue;
    return Error{Code::kInvalid, base::go_quote(label) + " is not a valid label name", node.where};
  }
  return {};
}

}  // namespace

Result<RelabelRule> parse_relabel_rule(const YamlNode& node, NameValidation names) {
  RelabelRule rule;
  std::string expression(kDefaultRegex);
  base::Position regex_where = node.where;
  YamlFields fields(node, "relabel_config");
  fields.node("source_labels",
              [&](const YamlNode& n) { return read_source_labels(n, names, rule.source_labels); });
  fields.string("separator", rule.separator);
  fields.node("regex", [&](const YamlNode& n) -> Status {
    regex_where = n.where;
    if (n.is_null()) return {};
    ASSIGN_OR_RETURN(expression, yaml_string(n));
    return {};
  });
  fields.node("modulus", [&](const YamlNode& n) { return read_modulus(n, rule.modulus); });
  fields.string("target_label", rule.target_label);
  fields.string("replacement", rule.replacement);
  fields.node("action", [&](const YamlNode& n) -> Status {
    ASSIGN_OR_RETURN(rule.action, action_of(n));
    return {};
  });
  RETURN_IF_ERROR(fields.finish());

  auto regex = base::Regex::compile(expression);
  if (!regex) return base::at(std::move(regex).error(), regex_where);
  rule.regex = *std::move(regex);
  const Given given{expression != kDefaultRegex, rule.modulus != 0, rule.separator != ";",
                    rule.replacement != "$1"};
  if (auto message = fault(rule, given, names)) {
    return Error{Code::kInvalid, *std::move(message), node.where};
  }
  return rule;
}

Result<std::vector<RelabelRule>> parse_relabel_rules(const YamlNode& list, std::string_view what,
                                                     NameValidation names) {
  std::vector<RelabelRule> rules;
  if (list.is_null()) return rules;
  if (!list.is_sequence()) {
    return Error{Code::kInvalid,
                 "expected a list of relabel rules, not " + std::string(list.kind_name()),
                 list.where};
  }
  rules.reserve(list.items.size());
  for (const YamlNode& item : list.items) {
    if (item.is_null()) {
      return Error{Code::kInvalid, "empty or null " + std::string(what), item.where};
    }
    ASSIGN_OR_RETURN(RelabelRule rule, parse_relabel_rule(item, names));
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace tocsin::config

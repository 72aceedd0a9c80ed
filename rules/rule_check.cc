#include "rules/rule_check.h"

#include "engine/base/labels.h"
#include "engine/template/funcs_prometheus.h"
#include "promql/syntax/printer.h"
#include "rules/scalar_position.h"

namespace tocsin::rules {
namespace {

using base::Code;
using base::Error;
using base::Position;
using config::YamlNode;

bool is_name(std::string_view name, NameScheme scheme, bool (*is_legacy)(std::string_view)) {
  if (scheme == NameScheme::kLegacy) return is_legacy(name);
  return !name.empty() && base::is_utf8(name);
}

bool is_label_name(std::string_view name, NameScheme scheme) {
  return is_name(name, scheme, base::is_legacy_label_name) && name != base::kMetricName;
}

/// Key and value of `field`'s entry `name` (the pairs are sorted, the nodes are not).
const YamlNode::Entry* entry_of(const YamlNode& mapping, std::string_view field,
                                std::string_view name) {
  const YamlNode* pairs = mapping.find(field);
  if (pairs == nullptr) return nullptr;
  for (const YamlNode::Entry& entry : pairs->entries) {
    if (entry.key.scalar == name) return &entry;
  }
  return nullptr;
}

/// Why a text is not a template, without the words that the expander puts in front; empty when it
/// is one.
std::string template_fault(std::string_view alert, std::string_view text) {
  const auto parsed = tmpl::parse_rule_template(alert, text, tmpl::prometheus_functions());
  if (parsed) return "";
  const std::string_view message = parsed.error().message;
  const size_t reason = message.find("template: ");
  return std::string(reason == std::string_view::npos ? message : message.substr(reason));
}

class RuleChecker {
 public:
  RuleChecker(RuleSpec& rule, const RulePlace& place, const RuleFileOptions& options,
              RuleErrors& errors)
      : rule_(rule), place_(place), options_(options), errors_(errors) {}

  void run() {
    check_kind();
    check_expr();
    if (has("record")) check_recording();
    check_labels();
    for (const auto& [name, text] : rule_.annotations) {
      if (full()) return;
      if (is_name(name, options_.names, base::is_legacy_label_name)) continue;
      fail(key_position("annotations", name), "invalid annotation name: " + name);
    }
    if (!has("alert")) return;
    check_templates("labels", "label", rule_.labels);
    check_templates("annotations", "annotation", rule_.annotations);
  }

 private:
  /// Finding the place of a fault takes time in proportion to the file.
  bool full() const { return errors_.size() >= kRuleErrorsMax; }

  bool has(std::string_view field) const {
    const YamlNode* node = place_.node->find(field);
    return node != nullptr && !node->scalar.empty();
  }

  Position position(std::string_view field) const {
    const YamlNode* node = place_.node->find(field);
    return node != nullptr ? node->where : place_.node->where;
  }

  Position key_position(std::string_view field, std::string_view name) const {
    const YamlNode::Entry* entry = entry_of(*place_.node, field, name);
    return entry != nullptr ? entry->key.where : position(field);
  }

  void fail(Position where, const std::string& reason) {
    errors_.push_back({Code::kInvalid,
                       "group " + base::go_quote(place_.group_name) + ", rule " +
                           std::to_string(place_.number) + ", " + base::go_quote(rule_.name) +
                           ": " + reason,
                       std::move(where)});
  }

  void check_kind() {
    if (has("record") && has("alert")) {
      fail(position("record"), "only one of 'record' and 'alert' must be set");
    } else if (!has("record") && !has("alert")) {
      fail(place_.node->where, "one of 'record' or 'alert' must be set");
    }
  }

  void check_expr() {
    if (rule_.text.empty()) {
      fail(position("expr"), "field 'expr' must be set in rule");
      return;
    }
    auto parsed = promql::parse(rule_.text, options_.features);
    if (parsed) {
      rule_.expr = *std::move(parsed);
      rule_.query = promql::print(*rule_.expr);
      return;
    }
    const uint32_t offset = parsed.error().issues.front().pos.start;
    fail(position_in_scalar(*place_.node->find("expr"), place_.source, offset),
         "could not parse expression: " + promql::describe(parsed.error(), rule_.text));
  }

  void check_recording() {
    const Position where = position("record");
    const auto refuse = [&](bool is_set, std::string_view field) {
      if (is_set) fail(where, "invalid field '" + std::string(field) + "' in recording rule");
    };
    refuse(!rule_.annotations.empty(), "annotations");
    refuse(rule_.hold != 0, "for");
    refuse(rule_.keep_firing_for != 0, "keep_firing_for");
    const std::string& name = place_.node->find("record")->scalar;
    if (!is_name(name, options_.names, base::is_legacy_metric_name)) {
      fail(where, "invalid recording rule name: " + name);
    }
    if (name.find_first_of("{}") != std::string::npos) {
      fail(where, "braces present in the recording rule name; should it be in expr?: " + name);
    }
  }

  void check_labels() {
    for (const auto& [name, value] : rule_.labels) {
      if (full()) return;
      if (!is_label_name(name, options_.names)) {
        fail(key_position("labels", name), "invalid label name: " + name);
      }
      if (!base::is_utf8(value)) {
        fail(key_position("labels", name), "invalid label value: " + value);
      }
    }
  }

  void check_templates(std::string_view field, const std::string& what, const TextPairs& texts) {
    for (const auto& [name, text] : texts) {
      if (full()) return;
      const std::string fault = template_fault(rule_.name, text);
      if (fault.empty()) continue;
      const YamlNode::Entry* entry = entry_of(*place_.node, field, name);
      fail(entry != nullptr ? entry->value.where : position(field),
           what + " " + base::go_quote(name) + ": " + fault);
    }
  }

  RuleSpec& rule_;
  const RulePlace& place_;
  const RuleFileOptions& options_;
  RuleErrors& errors_;
};

}  // namespace

void check_rule(RuleSpec& rule, const RulePlace& place, const RuleFileOptions& options,
                RuleErrors& errors) {
  RuleChecker(rule, place, options, errors).run();
}

void check_group_labels(const GroupSpec& group, const config::YamlNode& node, bool alerting,
                        const RuleFileOptions& options, RuleErrors& errors) {
  const auto fail = [&](const Position& where, const std::string& reason) {
    errors.push_back(
        {Code::kInvalid, "group " + base::go_quote(group.name) + ": " + reason, where});
  };
  for (const auto& [name, value] : group.labels) {
    if (errors.size() >= kRuleErrorsMax) return;
    const YamlNode::Entry* entry = entry_of(node, "labels", name);
    if (entry == nullptr) continue;
    if (!is_label_name(name, options.names)) fail(entry->key.where, "invalid label name: " + name);
    if (!base::is_utf8(value)) fail(entry->value.where, "invalid label value: " + value);
    if (!alerting) continue;
    const std::string fault = template_fault(group.name, value);
    if (!fault.empty()) fail(entry->value.where, "label " + base::go_quote(name) + ": " + fault);
  }
}

}  // namespace tocsin::rules

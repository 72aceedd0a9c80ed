// Every way a rule file can be wrong: the exact sentence and the exact place.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/rule_file.h"

namespace tocsin::rules {
namespace {

std::vector<std::string> errors_of(std::string_view text, const RuleFileOptions& options = {}) {
  const auto file = parse_rule_file(text, "f.yml", options);
  std::vector<std::string> out;
  if (file) return {"accepted"};
  for (const base::Error& error : file.error()) out.push_back(error.to_string());
  return out;
}

struct Case {
  std::string_view what;
  std::string_view text;
  std::vector<std::string> errors;
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(errors_of(c.text), c.errors) << c.what;
}

TEST(BadRuleFile, Shape) {
  check({
      {"not a mapping", "- a\n", {"f.yml:1:1: rule file must be a mapping, not a list"}},
      {"unknown top key",
       "group: []\n",
       {"f.yml:1:1: unknown key \"group\" in rule file; did you mean \"groups\"?"}},
      {"groups is a mapping", "groups: {}\n", {"f.yml:1:9: groups must be a list, not a mapping"}},
      {"group is a string",
       "groups: [x]\n",
       {"f.yml:1:10: rule group must be a mapping, not a string",
        "f.yml:1:10: Groupname must not be empty"}},
      {"rules is a string",
       "groups: [{name: g, rules: x}]\n",
       {"f.yml:1:27: rules must be a list, not a string"}},
      {"labels is a list",
       "groups: [{name: g, labels: [x]}]\n",
       {"f.yml:1:28: expected a mapping of names to texts, not a list"}},
      {"bad durations and numbers",
       "groups:\n- name: g\n  interval: 5x\n  limit: many\n",
       {"f.yml:3:13: unknown unit \"x\" in duration \"5x\"",
        "f.yml:4:10: expected a whole number, not \"many\""}},
      {"every unknown key is named",
       "groups:\n- name: g\n  rulez: []\n  rules:\n  - alert: A\n    forr: 5m\n    expr: up\n",
       {"f.yml:3:3: unknown key \"rulez\" in rule group; did you mean \"rules\"?",
        "f.yml:6:5: unknown key \"forr\" in rule; did you mean \"for\"?"}},
      {"a far-off key",
       "groups: [{name: g, namespace: x}]\n",
       {"f.yml:1:20: unknown key \"namespace\" in rule group"}},
  });
}

TEST(BadRuleFile, Groups) {
  check({
      {"names",
       "groups:\n  - name: g\n  - name: g\n  - rules: []\n",
       {"f.yml:3:5: groupname: \"g\" is repeated in the same file",
        "f.yml:4:5: Groupname must not be empty"}},
      {"names in a second document",
       "groups: [{name: g}]\n---\ngroups: [{name: g}]\n",
       {"f.yml:3:10: groupname: \"g\" is repeated in the same file"}},
      {"labels",
       "groups:\n  - name: g\n    labels: {__name__: x, \"\": y}\n",
       {"f.yml:3:27: group \"g\": invalid label name: ",
        "f.yml:3:14: group \"g\": invalid label name: __name__"}},
      {"label templates, of alerts only",
       "groups:\n  - name: g\n    labels: {a: \"{{\"}\n    rules: [{alert: A, expr: up}]\n"
       "  - name: h\n    labels: {a: \"{{\"}\n    rules: [{record: r, expr: up}]\n",
       {"f.yml:3:17: group \"g\": label \"a\": template: __alert_g:1: unclosed action"}},
  });
}

TEST(BadRuleFile, Rules) {
  check({
      {"both kinds",
       "groups:\n- name: g\n  rules:\n  - alert: a\n    record: b\n    expr: up\n",
       {"f.yml:5:13: group \"g\", rule 1, \"a\": only one of 'record' and 'alert' must be set"}},
      {"no kind, no expression",
       "groups:\n- name: g\n  rules:\n  - expr: up\n  - alert: x\n",
       {"f.yml:4:5: group \"g\", rule 1, \"\": one of 'record' or 'alert' must be set",
        "f.yml:5:5: group \"g\", rule 2, \"x\": field 'expr' must be set in rule"}},
      {"alert fields in a recording rule",
       "groups:\n- name: g\n  rules:\n  - record: r\n    expr: up\n    for: 5m\n"
       "    keep_firing_for: 1m\n    annotations: {a: b}\n",
       {"f.yml:4:13: group \"g\", rule 1, \"r\": invalid field 'annotations' in recording rule",
        "f.yml:4:13: group \"g\", rule 1, \"r\": invalid field 'for' in recording rule",
        "f.yml:4:13: group \"g\", rule 1, \"r\": invalid field 'keep_firing_for' in recording "
        "rule"}},
      {"for: 0s is no alert field",
       "groups: [{name: g, rules: [{record: r, expr: up, for: 0s}]}]",
       {"accepted"}},
      {"braces in a record",
       "groups: [{name: g, rules: [{record: \"a{b}\", expr: up}]}]",
       {"f.yml:1:37: group \"g\", rule 1, \"a{b}\": braces present in the recording rule name; "
        "should it be in expr?: a{b}"}},
      {"names of labels and annotations",
       "groups: [{name: g, rules: [{alert: A, expr: up, labels: {__name__: x}, "
       "annotations: {\"\": y}}]}]",
       {"f.yml:1:58: group \"g\", rule 1, \"A\": invalid label name: __name__",
        "f.yml:1:86: group \"g\", rule 1, \"A\": invalid annotation name: "}},
      {"templates",
       "groups:\n- name: g\n  rules:\n  - alert: C\n    expr: up\n    labels: {l: \"{{ foo }}\"}\n"
       "    annotations:\n      a: \"{{ .Labels.x\"\n      b: \"{{ if }}\"\n"
       "      c: \"{{ $label.foo }}\"\n",
       {"f.yml:6:17: group \"g\", rule 1, \"C\": label \"l\": template: __alert_C:1: function "
        "\"foo\" not defined",
        "f.yml:8:10: group \"g\", rule 1, \"C\": annotation \"a\": template: __alert_C:1: "
        "unclosed action",
        "f.yml:9:10: group \"g\", rule 1, \"C\": annotation \"b\": template: __alert_C:1: missing "
        "value for if",
        "f.yml:10:10: group \"g\", rule 1, \"C\": annotation \"c\": template: __alert_C:1: "
        "undefined variable \"$label\""}},
  });
}

TEST(BadRuleFile, LegacyNames) {
  const RuleFileOptions legacy{.names = NameScheme::kLegacy};
  const std::string text = "groups: [{name: g, rules: [{record: a-b, expr: up, labels: {0a: b}}]}]";
  EXPECT_EQ(errors_of(text), std::vector<std::string>{"accepted"});
  EXPECT_EQ(errors_of(text, legacy),
            (std::vector<std::string>{
                "f.yml:1:37: group \"g\", rule 1, \"a-b\": invalid recording rule name: a-b",
                "f.yml:1:61: group \"g\", rule 1, \"a-b\": invalid label name: 0a"}));
}

TEST(BadRuleFile, Manifests) {
  const std::string head = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n";
  check({
      {"another kind",
       "apiVersion: v1\nkind: Service\n",
       {"f.yml:1:1: kind \"Service\" has no rules: expected a PrometheusRule, or a List of them"}},
      {"another version",
       "apiVersion: v1\nkind: PrometheusRule\n",
       {"f.yml:1:1: apiVersion \"v1\" of a PrometheusRule must be "
        "\"monitoring.coreos.com/v1\""}},
      {"unknown key",
       head + "spec: {group: []}\n",
       {"f.yml:3:8: unknown key \"group\" in spec of PrometheusRule; did you mean \"groups\"?"}},
      {"strategy",
       head + "spec: {groups: [{name: g, partial_response_strategy: maybe}]}\n",
       {"f.yml:3:54: partial_response_strategy must be abort or warn, not \"maybe\""}},
      {"empty keep_firing_for",
       head + "spec: {groups: [{name: g, rules: [{alert: A, expr: 1, keep_firing_for: ''}]}]}\n",
       {"f.yml:3:72: empty duration string"}},
      {"manifest keys in a plain file",
       "groups: [{name: g, partial_response_strategy: warn}]\n",
       {"f.yml:1:20: unknown key \"partial_response_strategy\" in rule group"}},
  });
}

/// The place and text of the only error of a rule whose YAML for `expr` is given.
std::string expression_error(const std::string& yaml) {
  const auto errors = errors_of("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: " + yaml);
  EXPECT_EQ(errors.size(), 1u);
  std::string error = errors.front();
  const std::string frame = "group \"g\", rule 1, \"A\": could not parse expression: ";
  const size_t at = error.find(frame);
  return at == std::string::npos ? error : error.erase(at, frame.size());
}

TEST(BadRuleFile, ExpressionsArePlacedInsideTheirScalar) {
  const std::string found = "parse error: unexpected character: '}'";
  EXPECT_EQ(expression_error("sum(a}\n"), "f.yml:5:16: 1:6: " + found);
  EXPECT_EQ(expression_error("\"sum(a}\"\n"), "f.yml:5:17: 1:6: " + found);
  EXPECT_EQ(expression_error("'sum(a}'\n"), "f.yml:5:17: 1:6: " + found);
  EXPECT_EQ(expression_error("\"a{b=\\\"c\\\"} + sum(a}\"\n"), "f.yml:5:30: 1:17: " + found);
  EXPECT_EQ(expression_error("'a{b=''c''} + sum(a}'\n"), "f.yml:5:30: 1:17: " + found);
  EXPECT_EQ(expression_error("|\n      up or\n\n        sum(foo}\n"), "f.yml:8:16: 3:10: " + found);
  EXPECT_EQ(expression_error(">-\n      up or\n        sum(foo}\n"), "f.yml:7:16: 2:10: " + found);
  EXPECT_EQ(expression_error(">-\n      up or\n      sum(foo}\n"), "f.yml:7:14: 1:14: " + found);
  EXPECT_EQ(expression_error("up or\n      sum(foo}\n"), "f.yml:6:14: 1:14: " + found);
  EXPECT_EQ(expression_error("&x !!str sum(a}\n"), "f.yml:5:11: 1:6: " + found);
}

TEST(BadRuleFile, TheEndOfAnExpressionIsJustBehindIt) {
  EXPECT_EQ(expression_error("|\n      up ==\n"),
            "f.yml:6:12: 2:1: parse error: unexpected end of input");
}

TEST(BadRuleFile, SoManyErrorsAreEnough) {
  std::string text = "groups:\n- name: g\n  rules:\n";
  for (int i = 0; i < 3000; ++i) text += "  - {alert: A, expr: '('}\n";
  const auto errors = errors_of(text);
  EXPECT_EQ(errors.size(), 1001u);
  EXPECT_EQ(errors.back(),
            "f.yml:1:1: more than 1000 errors; the rest of the file was not checked");
}

TEST(BadRuleFile, HostileInputIsRefused) {
  EXPECT_EQ(errors_of("groups: [").size(), 1u);
  EXPECT_EQ(errors_of("\tgroups: []").size(), 1u);
  EXPECT_EQ(errors_of(std::string(100'000, '[')).size(), 1u);
  std::string deep = "groups: [{name: g, rules: [{alert: A, expr: \"";
  deep.append(100'000, '(');
  deep += "\"}]}]";
  EXPECT_EQ(errors_of(deep).size(), 1u);
}

}  // namespace
}  // namespace tocsin::rules

#include "rules/alert_templates.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace tocsin::rules {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A '.' or '$' that stands alone hands on everything, the value included.
bool has_bare_cursor(std::string_view action) {
  for (size_t i = 0; i < action.size(); ++i) {
    if (action[i] != '.' && action[i] != '$') continue;
    if (i + 1 == action.size() || !is_word(action[i + 1])) return true;
  }
  return false;
}

}  // namespace

bool may_vary(std::string_view text) {
  const size_t first = text.find("{{");
  if (first == std::string_view::npos) return false;
  // To the end of the text: where an action ends is for the lexer to say ("}}" may be quoted).
  const std::string_view actions = text.substr(first + 2);
  for (const std::string_view word : {"alue", "query", "now"}) {
    if (actions.find(word) != std::string_view::npos) return true;
  }
  return has_bare_cursor(actions);
}

base::Result<std::vector<AlertTemplates::Text>> AlertTemplates::check_all(
    const std::string& alert, const TextPairs& texts,
    const std::shared_ptr<const tmpl::FunctionTable>& functions) {
  std::vector<Text> out;
  for (const auto& [name, text] : texts) {
    out.push_back({name, text, nullptr});
    if (text.find("{{") == std::string::npos) continue;
    if (auto parsed = tmpl::parse_rule_template(alert, text, functions); !parsed) {
      return std::move(parsed).error();
    }
    out.back().compiled = std::make_unique<Compiled>();
  }
  return out;
}

base::Result<AlertTemplates> AlertTemplates::compile(
    const std::string& alert, const TextPairs& labels, const TextPairs& annotations,
    const std::shared_ptr<const tmpl::FunctionTable>& functions) {
  AlertTemplates templates;
  templates.alert_ = alert;
  ASSIGN_OR_RETURN(templates.labels_, check_all(alert, labels, functions));
  ASSIGN_OR_RETURN(templates.annotations_, check_all(alert, annotations, functions));
  templates.labels_vary_ = std::any_of(labels.begin(), labels.end(),
                                       [](const auto& label) { return may_vary(label.second); });
  return templates;
}

const tmpl::Template& AlertTemplates::compiled(const Text& text, const TemplateHost& host) const {
  std::call_once(text.compiled->once, [&] {
    // What parsed once parses again.
    text.compiled->value = *tmpl::parse_rule_template(alert_, text.text, host.functions());
  });
  return *text.compiled->value;
}

void AlertTemplates::expand_into(base::LabelsBuilder& out, const std::vector<Text>& texts,
                                 const AlertSample& sample, const TemplateHost& host,
                                 base::TimestampMs ts) const {
  std::optional<tmpl::Value> data;
  for (const Text& text : texts) {
    if (text.compiled == nullptr) {
      out.set(text.name, text.text);
      continue;
    }
    if (!data) data = host.data(sample.labels, to_template_value(sample.value, sample.histogram));
    out.set(text.name, host.expand(compiled(text, host), alert_, *data, ts));
  }
}

base::Labels AlertTemplates::labels(const AlertSample& sample, const TemplateHost& host,
                                    base::TimestampMs ts) const {
  base::LabelsBuilder builder(sample.labels);
  builder.remove(base::kMetricName);
  expand_into(builder, labels_, sample, host, ts);
  builder.set("alertname", alert_);
  return builder.build();
}

base::Labels AlertTemplates::annotations(const AlertSample& sample, const TemplateHost& host,
                                         base::TimestampMs ts) const {
  base::LabelsBuilder builder;
  expand_into(builder, annotations_, sample, host, ts);
  return builder.build();
}

}  // namespace tocsin::rules

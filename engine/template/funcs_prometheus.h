// The dialect of alerting rules: labels and annotations of alerts.
// Source: prometheus template/template.go, rules/alerting.go.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/labels.h"
#include "engine/base/status.h"
#include "engine/template/template.h"

namespace tocsin::tmpl {

/// Everything Prometheus 3.14 offers to rule templates. `query`, `now`, `externalURL` and
/// `pathPrefix` ask the Environment.
std::shared_ptr<const FunctionTable> prometheus_functions();

/// Parses the text of a rule's label or annotation, with $labels, $externalLabels, $externalURL and
/// $value bound in front of it as upstream does. Errors read
/// "error parsing template __alert_NAME: …".
base::Result<Template> parse_rule_template(std::string_view alert_name, std::string_view text,
                                           const std::shared_ptr<const FunctionTable>& functions);

/// What a rule template sees: .Labels, .ExternalLabels, .ExternalURL, .Value.
struct RuleTemplateData {
  base::Labels labels;  ///< Of the sample, with its metric name.
  base::Labels external_labels;
  std::string external_url;
  Value value;  ///< A number, or an object that prints a histogram.
};
Value to_value(const RuleTemplateData& data);

/// Executes a rule template. Never fails: an error becomes upstream's text
/// "<error expanding template: error executing template __alert_NAME: …>", and `*error` (when
/// given) says what happened.
std::string expand_rule_template(const Template& rule_template, std::string_view alert_name,
                                 const Value& data, const Environment& environment,
                                 const ExecOptions& options = {}, base::Status* error = nullptr);

}  // namespace tocsin::tmpl

// The labels and annotations of an alerting rule.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/labels.h"
#include "engine/template/template.h"
#include "rules/rule_spec.h"
#include "rules/template_host.h"

namespace tocsin::rules {

/// The sample that an alert came from.
struct AlertSample {
  base::Labels labels;  ///< With the metric name.
  double value = 0;
  base::HistogramPtr histogram =
      nullptr;  ///< Set: the sample is a native histogram, and `value` 0.
};

/// Immutable, thread-safe. A template is kept as its text until an alert needs it: of most rules
/// none ever does.
class AlertTemplates {
 public:
  /// `labels`: the rule's over the group's. Fails when a text is no template (load_rule_files
  /// refuses these).
  static base::Result<AlertTemplates> compile(
      const std::string& alert, const TextPairs& labels, const TextPairs& annotations,
      const std::shared_ptr<const tmpl::FunctionTable>& functions);

  /// True when an alert's labels can differ between two evaluations of the same sample labels: a
  /// template reads the value, the time or a query. Errs on the side of true.
  bool labels_vary() const { return labels_vary_; }
  /// The identity of the alert: the sample's labels without the metric name, overlaid with the
  /// rule's (an empty text removes a label), and alertname.
  base::Labels labels(const AlertSample& sample, const TemplateHost& host,
                      base::TimestampMs ts) const;
  base::Labels annotations(const AlertSample& sample, const TemplateHost& host,
                           base::TimestampMs ts) const;

 private:
  struct Compiled {
    std::once_flag once;
    std::optional<tmpl::Template> value;
  };
  struct Text {
    std::string name;
    std::string text;
    std::unique_ptr<Compiled> compiled;  ///< Null: there is nothing to expand.
  };
  static base::Result<std::vector<Text>> check_all(
      const std::string& alert, const TextPairs& texts,
      const std::shared_ptr<const tmpl::FunctionTable>& functions);
  const tmpl::Template& compiled(const Text& text, const TemplateHost& host) const;
  void expand_into(base::LabelsBuilder& out, const std::vector<Text>& texts,
                   const AlertSample& sample, const TemplateHost& host, base::TimestampMs ts) const;

  std::string alert_;
  std::vector<Text> labels_;
  std::vector<Text> annotations_;
  bool labels_vary_ = false;
};

/// True unless the text certainly renders the same for the same labels. Pure.
bool may_vary(std::string_view text);

}  // namespace tocsin::rules

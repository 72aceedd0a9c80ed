// Renders the texts of alerts: the world that rule templates see.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"
#include "engine/base/series_source.h"
#include "engine/template/funcs_prometheus.h"
#include "promql/eval/query.h"

namespace tocsin::rules {

/// Addresses and labels that templates, generator URLs and sent alerts carry.
struct ExternalNames {
  base::Labels labels = {};  ///< external_labels
  std::string url = {};      ///< Without a trailing slash.
  bool operator==(const ExternalNames&) const = default;
};

/// What templates see of a sample: a number, or the text of a native histogram when there is one.
tmpl::Value to_template_value(double v, const base::HistogramPtr& h);

/// Expands templates at an evaluation's time. Results of the template function `query` are kept per
/// rule (by its alert's name), text and time: all alerts of one evaluation share a run, and the
/// next rule sees what was recorded in between. Thread-safe.
class TemplateHost {
 public:
  /// All references outlive the host.
  TemplateHost(base::SeriesSource& source, const base::Clock& clock, promql::EvalOptions options,
               ExternalNames names, base::MetricRegistry& metrics, base::Log log);

  const ExternalNames& names() const { return names_; }
  /// What templates can call; one table for all of them.
  const std::shared_ptr<const tmpl::FunctionTable>& functions() const { return functions_; }
  /// Data for a sample. `labels` with the metric name.
  tmpl::Value data(const base::Labels& labels, tmpl::Value value) const;
  /// Valid UTF-8. Never fails: an error becomes upstream's "<error expanding template: …>", is
  /// counted and logged.
  std::string expand(const tmpl::Template& text, std::string_view alert, const tmpl::Value& data,
                     base::TimestampMs ts) const;
  /// An instant query at `ts` on behalf of `alert`. Fails as upstream's template function `query`
  /// does.
  base::Result<std::vector<tmpl::QuerySample>> query(std::string_view alert,
                                                     std::string_view expression,
                                                     base::TimestampMs ts) const;

 private:
  struct Answer {
    base::TimestampMs ts = 0;
    std::vector<tmpl::QuerySample> samples;
  };
  base::Result<std::vector<tmpl::QuerySample>> run(std::string_view expression,
                                                   base::TimestampMs ts) const;

  base::SeriesSource& source_;
  const base::Clock& clock_;
  const promql::EvalOptions options_;
  const ExternalNames names_;
  const std::shared_ptr<const tmpl::FunctionTable> functions_ = tmpl::prometheus_functions();
  const base::Log log_;
  base::Counter& expansions_;
  base::Counter& failures_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::string, std::string>, Answer> answers_;  // By alert and text.
};

}  // namespace tocsin::rules

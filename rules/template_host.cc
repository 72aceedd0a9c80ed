#include "rules/template_host.h"

#include <utility>

#include "engine/template/template.h"
#include "engine/template/utf8.h"
#include "promql/eval/histogram_text.h"

namespace tocsin::rules {
namespace {

using base::Code;
using base::Error;
using base::Result;

/// Answers to `query` that are kept; beyond that all are forgotten.
constexpr size_t kAnswersMax = 1024;

class HostEnvironment final : public tmpl::Environment {
 public:
  HostEnvironment(const TemplateHost& host, std::string_view alert, base::TimestampMs ts)
      : host_(host), alert_(alert), ts_(ts) {}
  Result<std::vector<tmpl::QuerySample>> query(std::string_view expression) const override {
    return host_.query(alert_, expression, ts_);
  }
  Result<base::TimestampMs> now() const override { return ts_; }
  Result<std::string> external_url() const override { return host_.names().url; }

 private:
  const TemplateHost& host_;
  const std::string_view alert_;
  const base::TimestampMs ts_;
};

Result<std::vector<tmpl::QuerySample>> samples_of(promql::QueryResult result) {
  std::vector<tmpl::QuerySample> samples;
  if (result.type == promql::ValueType::kScalar) {
    samples.push_back({base::Labels(), tmpl::Value::number(result.scalar.v)});
    return samples;
  }
  if (result.type != promql::ValueType::kVector) {
    return Error{Code::kInvalid, "rule result is not a vector or scalar"};
  }
  samples.reserve(result.series.size());
  for (promql::ResultSeries& series : result.series) {
    const promql::Point& point = series.points.front();
    samples.push_back({std::move(series.labels), to_template_value(point.v, point.h)});
  }
  return samples;
}

}  // namespace

tmpl::Value to_template_value(double v, const base::HistogramPtr& h) {
  if (h == nullptr) return tmpl::Value::number(v);
  return tmpl::Value::string(promql::histogram_value_text(*h));
}

TemplateHost::TemplateHost(base::SeriesSource& source, const base::Clock& clock,
                           promql::EvalOptions options, ExternalNames names,
                           base::MetricRegistry& metrics, base::Log log)
    : source_(source),
      clock_(clock),
      options_(options),
      names_(std::move(names)),
      log_(std::move(log)),
      expansions_(metrics.counter("prometheus_template_text_expansions_total",
                                  "The total number of template text expansions.")),
      failures_(metrics.counter("prometheus_template_text_expansion_failures_total",
                                "The total number of template text expansion failures.")) {}

tmpl::Value TemplateHost::data(const base::Labels& labels, tmpl::Value value) const {
  return tmpl::to_value({labels, names_.labels, names_.url, std::move(value)});
}

std::string TemplateHost::expand(const tmpl::Template& text, std::string_view alert,
                                 const tmpl::Value& data, base::TimestampMs ts) const {
  const HostEnvironment environment(*this, alert, ts);
  const tmpl::ExecOptions limits{
      .clock = &clock_,
      .deadline_steady_ns = clock_.steady_ns() + options_.limits.timeout * 1'000'000};
  base::Status failed;
  std::string out = tmpl::expand_rule_template(text, alert, data, environment, limits, &failed);
  expansions_.add();
  if (!failed.ok()) {
    failures_.add();
    log_.warn("expanding an alert template failed",
              {{"alert", std::string(alert)}, {"error", failed.error().message}});
  }
  // A text cut between bytes is no label value: whoever takes alerts would refuse this one.
  return base::is_utf8(out) ? out : tmpl::to_valid_utf8(out);
}

Result<std::vector<tmpl::QuerySample>> TemplateHost::query(std::string_view alert,
                                                           std::string_view expression,
                                                           base::TimestampMs ts) const {
  const std::pair<std::string, std::string> key(alert, expression);
  {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(key);
    if (found != answers_.end() && found->second.ts == ts) return found->second.samples;
  }
  ASSIGN_OR_RETURN(std::vector<tmpl::QuerySample> samples, run(expression, ts));
  const std::lock_guard lock(mutex_);
  if (answers_.size() >= kAnswersMax) answers_.clear();
  answers_.insert_or_assign(key, Answer{ts, samples});
  return samples;
}

Result<std::vector<tmpl::QuerySample>> TemplateHost::run(std::string_view expression,
                                                         base::TimestampMs ts) const {
  ASSIGN_OR_RETURN(const promql::ExprPtr expr, promql::parse_expr(expression, options_.features));
  ASSIGN_OR_RETURN(const auto query, promql::Query::prepare(*expr, std::string(expression), source_,
                                                            options_, clock_));
  ASSIGN_OR_RETURN(promql::QueryResult result, query->run({.start = ts, .end = ts, .step = 0}));
  return samples_of(std::move(result));
}

}  // namespace tocsin::rules

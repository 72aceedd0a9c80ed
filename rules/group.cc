#include "rules/group.h"

#include <utility>

#include "rules/alerting_rule.h"
#include "rules/recording_rule.h"

namespace tocsin::rules {
namespace {

double seconds(int64_t ns) { return static_cast<double>(ns) / 1e9; }

base::Result<std::unique_ptr<Rule>> make_rule(const GroupSpec& group, const RuleSpec& spec,
                                              const RuleFlags& flags, const RuleServices& services,
                                              std::shared_ptr<const TemplateHost> templates) {
  ASSIGN_OR_RETURN(RuleQuery query,
                   RuleQuery::prepare(spec, services.source, flags.eval, services.clock));
  TextPairs labels = merged_labels(group, spec);
  auto writer = services.sink.open_stream("rule " + group.key() + ";" + spec.name);
  if (spec.kind == RuleKind::kRecording) {
    return std::unique_ptr<Rule>(std::make_unique<RecordingRule>(
        spec, std::move(labels), std::move(query), std::move(writer), group.limit));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<AlertingRule> rule,
                   AlertingRule::make(spec, std::move(labels),
                                      {std::move(query), std::move(writer), std::move(templates),
                                       services.clock, flags.resend_delay, group.limit}));
  return std::unique_ptr<Rule>(std::move(rule));
}

}  // namespace

std::unique_ptr<Group> Group::make(const GroupSpec& spec, const RuleSettings& settings,
                                   const RuleFlags& flags, const RuleServices& services,
                                   std::shared_ptr<const TemplateHost> templates,
                                   std::vector<base::Error>& errors) {
  std::vector<std::unique_ptr<Rule>> rules;
  const size_t errors_before = errors.size();
  for (const RuleSpec& rule_spec : spec.rules) {
    auto rule = make_rule(spec, rule_spec, flags, services, templates);
    if (rule) {
      rules.push_back(*std::move(rule));
    } else {
      errors.push_back(std::move(rule).error());
    }
  }
  if (errors.size() > errors_before) return nullptr;
  return std::make_unique<Group>(spec, settings, services, std::move(rules));
}

Group::Group(GroupSpec spec, const RuleSettings& settings, const RuleServices& services,
             std::vector<std::unique_ptr<Rule>> rules)
    : spec_(std::move(spec)),
      interval_(spec_.interval > 0 ? spec_.interval : settings.evaluation_interval),
      query_offset_(spec_.query_offset.value_or(settings.query_offset)),
      services_(services),
      rules_(std::move(rules)),
      metrics_(services.metrics, spec_.key()) {}

void Group::show_shape() {
  metrics_.interval_seconds.set(static_cast<double>(interval_) / base::kSecond);
  metrics_.rules.set(static_cast<double>(rules_.size()));
}

void Group::add_missed(uint64_t slots) {
  metrics_.iterations.add(static_cast<double>(slots));
  metrics_.iterations_missed.add(static_cast<double>(slots));
}

void Group::evaluate(base::TimestampMs ts) {
  const base::TimestampMs began = services_.clock.now();
  const int64_t began_ns = services_.clock.steady_ns();
  const RulePass pass{ts, ts - query_offset_, interval_};
  PassTotals totals;
  for (const std::unique_ptr<Rule>& rule : rules_) evaluate_rule(*rule, pass, totals);
  const int64_t took_ns = services_.clock.steady_ns() - began_ns;
  metrics_.iterations.add();
  metrics_.last_samples.set(totals.samples);
  metrics_.last_evaluation_seconds.set(static_cast<double>(ts) / base::kSecond);
  metrics_.last_duration_seconds.set(seconds(took_ns));
  metrics_.last_rule_duration_sum_seconds.set(seconds(totals.rule_ns));
  metrics_.group_duration.observe(seconds(took_ns));
  const std::lock_guard lock(mutex_);
  evaluation_ns_ = took_ns;
  last_evaluation_ = began;
}

void Group::evaluate_rule(Rule& rule, const RulePass& pass, PassTotals& totals) {
  const base::TimestampMs began = services_.clock.now();
  const int64_t began_ns = services_.clock.steady_ns();
  metrics_.evaluations.add();
  const base::Status status = run_rule(rule, pass, totals);
  const int64_t took_ns = services_.clock.steady_ns() - began_ns;
  totals.rule_ns += took_ns;
  metrics_.rule_duration.observe(seconds(took_ns));
  if (!status && status.error().code != base::Code::kCancelled) {
    metrics_.failures.add();
    services_.log.warn("evaluating a rule failed", {{"file", spec_.file},
                                                    {"group", spec_.name},
                                                    {"name", rule.spec().name},
                                                    {"error", status.error().message}});
  }
  rule.set_outcome(status, began, took_ns);
}

base::Status Group::run_rule(Rule& rule, const RulePass& pass, PassTotals& totals) {
  due_.clear();
  RETURN_IF_ERROR(rule.evaluate(pass, due_));
  // Before the samples are written, and whatever becomes of them.
  if (!due_.empty()) {
    for (base::AlertSink* sink : services_.alert_sinks) sink->on_alerts(due_);
  }
  ASSIGN_OR_RETURN(const base::CommitStats written, rule.write(pass));
  totals.samples += written.samples;
  return {};
}

GroupView Group::view(bool with_alerts) const {
  GroupView view;
  view.name = spec_.name;
  view.file = spec_.file;
  view.interval = interval_;
  view.limit = spec_.limit;
  for (const std::unique_ptr<Rule>& rule : rules_) view.rules.push_back(rule->view(with_alerts));
  const std::lock_guard lock(mutex_);
  view.evaluation_ns = evaluation_ns_;
  view.last_evaluation = last_evaluation_;
  return view;
}

}  // namespace tocsin::rules

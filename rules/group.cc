#include "rules/group.h"

#include <algorithm>
#include <utility>

#include "rules/alerting_rule.h"
#include "rules/recording_rule.h"

namespace tocsin::rules {
namespace {

double seconds(int64_t ns) { return static_cast<double>(ns) / 1e9; }

void make_set(std::vector<uint32_t>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

/// What rules have in common while they are made.
struct RuleContext {
  const RuleFlags& flags;
  const RuleServices& services;
  std::shared_ptr<const TemplateHost> templates;
  std::shared_ptr<promql::QueryFamily> queries;
};

std::vector<std::string> written_metrics(const GroupSpec& group) {
  std::vector<std::string> names = {"ALERTS", "ALERTS_FOR_STATE"};
  for (const RuleSpec& rule : group.rules) {
    if (rule.kind == RuleKind::kRecording) names.push_back(rule.name);
  }
  return names;
}

base::Result<std::unique_ptr<Rule>> make_rule(const GroupSpec& group, const RuleSpec& spec,
                                              const RuleContext& context) {
  const RuleServices& services = context.services;
  ASSIGN_OR_RETURN(RuleQuery query, RuleQuery::prepare(spec, *context.queries));
  query.tell(services.query_watch, group, spec);
  TextPairs labels = merged_labels(group, spec);
  std::string stream = "rule " + group.key() + ";" + spec.name;
  if (spec.kind == RuleKind::kRecording) {
    return std::unique_ptr<Rule>(
        std::make_unique<RecordingRule>(spec, std::move(labels), std::move(query),
                                        services.sink.open_stream(std::move(stream)), group.limit));
  }
  ASSIGN_OR_RETURN(
      std::unique_ptr<AlertingRule> rule,
      AlertingRule::make(spec, std::move(labels),
                         {std::move(query), AlertSeries(services.sink, std::move(stream)),
                          context.templates, services.clock, context.flags.resend_delay,
                          group.limit, context.flags.early_evaluation}));
  return std::unique_ptr<Rule>(std::move(rule));
}

}  // namespace

promql::EvalOptions eval_options(const RuleFlags& flags, const RuleSettings& settings) {
  promql::EvalOptions out = flags.eval;
  out.default_subquery_step = settings.evaluation_interval;
  return out;
}

std::unique_ptr<Group> Group::make(const GroupSpec& spec, const RuleSettings& settings,
                                   const RuleFlags& flags, const RuleServices& services,
                                   std::shared_ptr<const TemplateHost> templates,
                                   std::vector<base::Error>& errors) {
  std::vector<std::unique_ptr<Rule>> rules;
  const size_t errors_before = errors.size();
  const RuleContext context{
      flags, services, std::move(templates),
      promql::QueryFamily::make(services.source, eval_options(flags, settings), services.clock,
                                written_metrics(spec))};
  for (const RuleSpec& rule : spec.rules) context.queries->announce(*rule.expr);
  for (const RuleSpec& rule_spec : spec.rules) {
    auto rule = make_rule(spec, rule_spec, context);
    if (rule) {
      rules.push_back(*std::move(rule));
    } else {
      errors.push_back(std::move(rule).error());
    }
  }
  if (errors.size() > errors_before) return nullptr;
  return std::make_unique<Group>(spec, settings, services, std::move(rules), context.queries);
}

Group::Group(GroupSpec spec, const RuleSettings& settings, const RuleServices& services,
             std::vector<std::unique_ptr<Rule>> rules, std::shared_ptr<promql::QueryFamily> queries)
    : spec_(std::move(spec)),
      interval_(spec_.interval > 0 ? spec_.interval : settings.evaluation_interval),
      query_offset_(spec_.query_offset.value_or(settings.query_offset)),
      services_(services),
      rules_(std::move(rules)),
      queries_(std::move(queries)),
      metrics_(services.metrics, spec_.key()) {
  if (query_offset_ > 0) return;
  for (const std::unique_ptr<Rule>& rule : rules_) {
    if (rule->suits_early()) early_rules_.push_back({rule.get(), {}});
  }
}

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
  if (queries_ != nullptr) queries_->begin_pass();
  PassTotals totals;
  for (const std::unique_ptr<Rule>& rule : rules_) evaluate_rule(*rule, pass, totals);
  if (queries_ != nullptr) queries_->end_pass();
  refresh_early_writers();
  find_slot_writers();
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
  send_due();  // Before the samples are written, and whatever becomes of them.
  ASSIGN_OR_RETURN(const base::CommitStats written, rule.write(pass));
  totals.samples += written.samples;
  return {};
}

void Group::send_due() const {
  if (due_.empty()) return;
  for (base::AlertSink* sink : services_.alert_sinks) sink->on_alerts(due_);
}

void Group::evaluate_early(base::TimestampMs t) {
  const RulePass pass{t, t, interval_};
  if (queries_ != nullptr) queries_->begin_pass();
  for (const EarlyRule& early : early_rules_) {
    metrics_.early_evaluations.add();
    due_.clear();
    const base::Result<bool> started = early.rule->early(pass, due_);
    if (!started || !*started) continue;
    send_due();
    const auto written = early.rule->write(pass);
    if (written) continue;
    services_.log.warn("writing the series of an early alert failed",
                       {{"file", spec_.file},
                        {"group", spec_.name},
                        {"name", early.rule->spec().name},
                        {"error", written.error().message}});
  }
  if (queries_ != nullptr) queries_->end_pass();
}

void Group::refresh_early_writers() {
  bool changed = false;
  for (EarlyRule& early : early_rules_) {
    if (early.rule->refresh_writers(early.writers)) changed = true;
  }
  if (!changed) return;
  early_writers_.clear();
  for (const EarlyRule& early : early_rules_) {
    early_writers_.insert(early_writers_.end(), early.writers.begin(), early.writers.end());
  }
  make_set(early_writers_);
}

void Group::find_slot_writers() {
  slot_writers_.clear();
  if (++passes_ != kPhasePass || query_offset_ > 0) return;
  for (const std::unique_ptr<Rule>& rule : rules_) {
    if (rule->suits_early()) continue;
    const std::vector<uint32_t> writers = rule->writers();
    slot_writers_.insert(slot_writers_.end(), writers.begin(), writers.end());
  }
  make_set(slot_writers_);
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

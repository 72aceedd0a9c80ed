// A group of rules, evaluated in order at one timestamp.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/metrics.h"
#include "engine/base/sample_sink.h"
#include "engine/base/series_source.h"
#include "rules/group_metrics.h"
#include "rules/rule.h"
#include "rules/template_host.h"

namespace tocsin::rules {

/// What rules read from and write to. Everything outlives every rule.
struct RuleServices {
  base::SeriesSource& source;
  base::SampleSink& sink;
  std::vector<base::AlertSink*> alert_sinks;  ///< Each gets every alert.
  const base::Clock& clock;
  base::MetricRegistry& metrics;
  base::Log log;
  QueryWatch* query_watch = nullptr;  ///< May be null.
};

/// What configuration says about all rules.
struct RuleSettings {
  base::DurationMs evaluation_interval = base::kMinute;  ///< global.evaluation_interval
  base::DurationMs query_offset = 0;                     ///< global.rule_query_offset
  ExternalNames names = {};
  bool operator==(const RuleSettings&) const = default;
};

/// What flags say about all rules.
struct RuleFlags {
  base::DurationMs resend_delay = base::kMinute;  ///< --rules.alert.resend-delay
  bool early_evaluation = true;                   ///< --rules.early-evaluation
  promql::EvalOptions eval = {};
};

/// How the expressions of rules and templates are evaluated.
promql::EvalOptions eval_options(const RuleFlags& flags, const RuleSettings& settings);

/// Source: prometheus rules/group.go. evaluate() by one thread at a time; view() by any.
class Group {
 public:
  /// Prepares every rule. Appends to `errors`, placed at the expression, what this version's
  /// evaluator lacks; null then.
  static std::unique_ptr<Group> make(const GroupSpec& spec, const RuleSettings& settings,
                                     const RuleFlags& flags, const RuleServices& services,
                                     std::shared_ptr<const TemplateHost> templates,
                                     std::vector<base::Error>& errors);
  /// A group of rules made elsewhere; `queries`: theirs, if they have any.
  Group(GroupSpec spec, const RuleSettings& settings, const RuleServices& services,
        std::vector<std::unique_ptr<Rule>> rules,
        std::shared_ptr<promql::QueryFamily> queries = nullptr);

  /// One pass at the slot `ts`: each rule sees what those before it wrote. A rule that fails keeps
  /// its state, says why in its view and in the log, and does not stop the others.
  void evaluate(base::TimestampMs ts);
  /// Between two slots: starts the alerts of early rules that are true by now. A rule that fails
  /// will say so at its slot.
  void evaluate_early(base::TimestampMs t);
  /// True when some rule suits early evaluation: an alert without `for` whose results each speak of
  /// one target, in a group that does not look at the past.
  bool suits_early() const { return !early_rules_.empty(); }
  /// Whose samples the early rules read, ascending; as of the last evaluate(). Not during one.
  const std::vector<uint32_t>& early_writers() const { return early_writers_; }
  /// After pass kPhasePass, once: whose samples the rules read that only slots evaluate; empty
  /// after all others. By then it is known when those samples come. Not during a pass.
  const std::vector<uint32_t>& slot_writers() const { return slot_writers_; }
  static constexpr uint64_t kPhasePass = 3;
  /// Shows interval and number of rules in the metrics.
  void show_shape();
  /// Counts slots that went by without an evaluation. Thread-safe.
  void add_missed(uint64_t slots);
  GroupView view(bool with_alerts) const;

  const GroupSpec& spec() const { return spec_; }
  base::DurationMs interval() const { return interval_; }
  const std::vector<std::unique_ptr<Rule>>& rules() const { return rules_; }

 private:
  struct PassTotals {
    double samples = 0;
    int64_t rule_ns = 0;
  };
  void evaluate_rule(Rule& rule, const RulePass& pass, PassTotals& totals);
  base::Status run_rule(Rule& rule, const RulePass& pass, PassTotals& totals);
  void send_due() const;
  void refresh_early_writers();
  void find_slot_writers();

  const GroupSpec spec_;
  const base::DurationMs interval_;
  const base::DurationMs query_offset_;
  const RuleServices& services_;
  const std::vector<std::unique_ptr<Rule>> rules_;
  const std::shared_ptr<promql::QueryFamily> queries_;  // May be null.
  struct EarlyRule {
    Rule* rule;
    std::vector<uint32_t> writers;
  };
  std::vector<EarlyRule> early_rules_;
  std::vector<uint32_t> early_writers_;
  std::vector<uint32_t> slot_writers_;
  uint64_t passes_ = 0;
  GroupMetrics metrics_;
  std::vector<base::Alert> due_;  // Of the rule being evaluated; kept for its memory.
  mutable std::mutex mutex_;      // Guards the two below.
  int64_t evaluation_ns_ = 0;
  std::optional<base::TimestampMs> last_evaluation_;
};

}  // namespace tocsin::rules

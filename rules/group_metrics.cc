#include "rules/group_metrics.h"

#include <vector>

namespace tocsin::rules {
namespace {

base::MetricLabels labels_of(const std::string& group_key) { return {{"rule_group", group_key}}; }

constexpr std::string_view kIterations = "prometheus_rule_group_iterations_total";
constexpr std::string_view kMissed = "prometheus_rule_group_iterations_missed_total";
constexpr std::string_view kEvaluations = "prometheus_rule_evaluations_total";
constexpr std::string_view kFailures = "prometheus_rule_evaluation_failures_total";
constexpr std::string_view kEarly = "tocsin_rule_early_evaluations_total";
constexpr std::string_view kInterval = "prometheus_rule_group_interval_seconds";
constexpr std::string_view kLastEvaluation =
    "prometheus_rule_group_last_evaluation_timestamp_seconds";
constexpr std::string_view kLastDuration = "prometheus_rule_group_last_duration_seconds";
constexpr std::string_view kLastRuleDurationSum =
    "prometheus_rule_group_last_rule_duration_sum_seconds";
constexpr std::string_view kLastSamples = "prometheus_rule_group_last_evaluation_samples";
constexpr std::string_view kRules = "prometheus_rule_group_rules";

std::vector<double> duration_bounds() { return {0.01, 0.1, 1, 10}; }

}  // namespace

GroupMetrics::GroupMetrics(base::MetricRegistry& registry, const std::string& group_key)
    : iterations(registry.counter(kIterations,
                                  "The total number of scheduled rule group evaluations, whether "
                                  "executed or missed.",
                                  labels_of(group_key))),
      iterations_missed(registry.counter(kMissed,
                                         "The total number of rule group evaluations missed due to "
                                         "slow rule group evaluation.",
                                         labels_of(group_key))),
      evaluations(registry.counter(kEvaluations, "The total number of rule evaluations.",
                                   labels_of(group_key))),
      failures(registry.counter(kFailures, "The total number of rule evaluation failures.",
                                labels_of(group_key))),
      early_evaluations(registry.counter(
          kEarly, "Evaluations of rules between slots, when samples had arrived that they read.",
          labels_of(group_key))),
      interval_seconds(
          registry.gauge(kInterval, "The interval of a rule group.", labels_of(group_key))),
      last_evaluation_seconds(registry.gauge(
          kLastEvaluation, "The timestamp of the last rule group evaluation in seconds.",
          labels_of(group_key))),
      last_duration_seconds(registry.gauge(
          kLastDuration, "The duration of the last rule group evaluation.", labels_of(group_key))),
      last_rule_duration_sum_seconds(
          registry.gauge(kLastRuleDurationSum,
                         "The sum of time in seconds it took to evaluate each rule in the group.",
                         labels_of(group_key))),
      last_samples(registry.gauge(kLastSamples,
                                  "The number of samples returned during the last rule group "
                                  "evaluation.",
                                  labels_of(group_key))),
      rules(registry.gauge(kRules, "The number of rules.", labels_of(group_key))),
      rule_duration(registry.histogram("prometheus_rule_evaluation_duration_histogram_seconds",
                                       "The duration for a rule to execute.", duration_bounds())),
      group_duration(registry.histogram("prometheus_rule_group_duration_histogram_seconds",
                                        "The duration of rule group evaluations.",
                                        duration_bounds())) {}

void remove_group_metrics(base::MetricRegistry& registry, const std::string& group_key) {
  for (const std::string_view name :
       {kIterations, kMissed, kEvaluations, kFailures, kEarly, kInterval, kLastEvaluation,
        kLastDuration, kLastRuleDurationSum, kLastSamples, kRules}) {
    registry.remove(name, labels_of(group_key));
  }
}

}  // namespace tocsin::rules

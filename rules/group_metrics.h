// The metrics of a rule group, under the field's names.
#pragma once

#include <string>

#include "engine/base/metrics.h"

namespace tocsin::rules {

/// References into the registry, which outlives this. Source: prometheus rules/group.go
/// NewGroupMetrics.
struct GroupMetrics {
  GroupMetrics(base::MetricRegistry& registry, const std::string& group_key);

  base::Counter& iterations;
  base::Counter& iterations_missed;
  base::Counter& evaluations;
  base::Counter& failures;
  base::Counter& early_evaluations;
  base::Gauge& interval_seconds;
  base::Gauge& last_evaluation_seconds;
  base::Gauge& last_duration_seconds;
  base::Gauge& last_rule_duration_sum_seconds;
  base::Gauge& last_samples;
  base::Gauge& rules;
  base::HistogramMetric& rule_duration;   ///< Of all groups together.
  base::HistogramMetric& group_duration;  ///< Of all groups together.
};

/// Forgets the series of a group that is gone. Nothing may use its GroupMetrics afterwards.
void remove_group_metrics(base::MetricRegistry& registry, const std::string& group_key);

}  // namespace tocsin::rules

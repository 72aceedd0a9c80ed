// From the labels a target exposes to the labels that are stored.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/relabel.h"
#include "engine/base/status.h"
#include "engine/config/relabel_config.h"
#include "engine/scrape/text_parser.h"

namespace tocsin::scrape {

/// Labels that a target may give one series, before relabelling.
inline constexpr size_t kExposedLabelsMax = 1024;

/// How a job's samples are labelled.
struct LabelPolicy {
  bool honor_labels = false;
  config::NameValidation names = config::NameValidation::kUtf8;
  std::vector<base::RelabelRule> metric_rules;
  uint64_t labels_max = 0;  ///< 0: no bound; so for the next two.
  uint64_t name_bytes_max = 0;
  uint64_t value_bytes_max = 0;
};

/// The TYPE in force at a line.
struct LineType {
  MetricType type = MetricType::kUnknown;
  bool as_label = false;  ///< Feature type-and-unit-labels: known ones become __type__.
};

/// The label set of an exposed series: bucket bounds normalised to OpenMetrics form (le="1" →
/// "1.0"), its type added when it is to be a label (one exposed under that name is dropped), target
/// labels added (on a conflict the exposed label becomes exported_<name>, or wins with
/// honor_labels), metric_relabel_configs applied, limits checked. nullopt: dropped by relabelling.
/// An error voids the scrape. Source: prometheus scrape/scrape.go mutateSampleLabels,
/// verifyLabelLimits; model/textparse/promparse.go Labels.
base::Result<std::optional<base::Labels>> make_series_labels(const SeriesText& series,
                                                             LineType type,
                                                             const base::Labels& target,
                                                             const LabelPolicy& policy);

}  // namespace tocsin::scrape

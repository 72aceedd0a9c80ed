#include "engine/scrape/series_labels.h"

#include <algorithm>
#include <deque>
#include <string>

#include "engine/base/number.h"

namespace tocsin::scrape {
namespace {

using base::Code;
using base::Error;
using base::Labels;
using base::LabelView;
using base::Status;

constexpr std::string_view kTypeLabel = "__type__";

/// Collects label views; texts made on the way live in `owned`.
struct Merge {
  std::vector<LabelView> labels;
  std::deque<std::string> owned;

  std::string_view keep(std::string text) { return owned.emplace_back(std::move(text)); }
  bool has(std::string_view name) const {
    return std::any_of(labels.begin(), labels.end(),
                       [&](const LabelView& l) { return l.name == name; });
  }
  bool has_value(std::string_view name) const {
    return std::any_of(labels.begin(), labels.end(),
                       [&](const LabelView& l) { return l.name == name && !l.value.empty(); });
  }
};

bool is_bound(std::string_view name, MetricType type) {
  return (type == MetricType::kHistogram && name == "le") ||
         (type == MetricType::kSummary && name == "quantile");
}

std::string_view normalised(const LabelView& label, MetricType type, Merge& merge) {
  if (!is_bound(label.name, type)) return label.value;
  const auto bound = base::parse_float(label.value);
  if (!bound) return label.value;
  std::string text;
  base::append_openmetrics(text, *bound);
  return merge.keep(std::move(text));
}

void add_target_labels(const Labels& target, bool honor, Merge& merge) {
  std::vector<LabelView> conflicts;
  for (size_t i = 0; i < target.size(); ++i) {
    const LabelView label = target[i];
    const auto exposed = std::find_if(merge.labels.begin(), merge.labels.end(),
                                      [&](const LabelView& l) { return l.name == label.name; });
    if (exposed == merge.labels.end()) {
      merge.labels.push_back(label);
      continue;
    }
    if (honor) continue;
    if (!exposed->value.empty()) conflicts.push_back(*exposed);
    exposed->value = label.value;
  }
  std::stable_sort(conflicts.begin(), conflicts.end(), [](const LabelView& a, const LabelView& b) {
    return a.name.size() < b.name.size();
  });
  for (const LabelView& conflict : conflicts) {
    std::string name(conflict.name);
    do name.insert(0, "exported_");
    while (merge.has_value(name));
    std::erase_if(merge.labels, [&](const LabelView& l) { return l.name == name; });
    merge.labels.push_back({merge.keep(std::move(name)), conflict.value});
  }
}

std::string cut(std::string_view text) {
  constexpr size_t kShownMax = 50;
  return std::string(text.substr(0, kShownMax));
}

Status check_limits(const Labels& labels, const LabelPolicy& policy) {
  const std::string metric = "(metric: " + cut(labels.metric_name());
  if (policy.labels_max != 0 && labels.size() > policy.labels_max) {
    return {Code::kLimit, "label_limit exceeded " + metric +
                              ", number of labels: " + std::to_string(labels.size()) +
                              ", limit: " + std::to_string(policy.labels_max) + ")"};
  }
  if (policy.name_bytes_max == 0 && policy.value_bytes_max == 0) return {};
  for (size_t i = 0; i < labels.size(); ++i) {
    const LabelView label = labels[i];
    const std::string where = metric + ", label name: " + cut(label.name);
    if (policy.name_bytes_max != 0 && label.name.size() > policy.name_bytes_max) {
      return {Code::kLimit, "label_name_length_limit exceeded " + where +
                                ", length: " + std::to_string(label.name.size()) +
                                ", limit: " + std::to_string(policy.name_bytes_max) + ")"};
    }
    if (policy.value_bytes_max != 0 && label.value.size() > policy.value_bytes_max) {
      return {Code::kLimit, "label_value_length_limit exceeded " + where +
                                ", value: " + base::go_quote(cut(label.value)) +
                                ", length: " + std::to_string(label.value.size()) +
                                ", limit: " + std::to_string(policy.value_bytes_max) + ")"};
    }
  }
  return {};
}

Status check_names(const Labels& labels, config::NameValidation names) {
  const std::string_view metric = labels.metric_name();
  if (metric.empty()) {
    return {Code::kInvalid, "missing metric name (__name__ label) in " + labels.to_braces()};
  }
  const bool is_legacy = names == config::NameValidation::kLegacy;
  if (!is_legacy && !labels[0].name.empty()) return {};  // Sorted: an empty name comes first.
  bool valid = !labels[0].name.empty() && base::is_legacy_metric_name(metric);
  for (size_t i = 0; i < labels.size(); ++i) valid &= base::is_legacy_label_name(labels[i].name);
  if (valid) return {};
  return {Code::kInvalid, "invalid metric name or label names: " + labels.to_braces()};
}

}  // namespace

base::Result<std::optional<Labels>> make_series_labels(const SeriesText& series, LineType type,
                                                       const Labels& target,
                                                       const LabelPolicy& policy) {
  // Relabelling looks a label up by walking all of them, which a hostile target could make long.
  if (series.labels.size() > kExposedLabelsMax) {
    return Error{Code::kLimit, "series with " + std::to_string(series.labels.size()) +
                                   " labels (metric: " + cut(series.name) + "); the limit is " +
                                   std::to_string(kExposedLabelsMax)};
  }
  Merge merge;
  merge.labels.reserve(series.labels.size() + target.size() + 2);
  merge.labels.push_back({base::kMetricName, series.name});
  const bool has_type = type.as_label && type.type != MetricType::kUnknown;
  if (has_type) merge.labels.push_back({kTypeLabel, to_string(type.type)});
  for (const LabelView& label : series.labels) {
    if (has_type && label.name == kTypeLabel) continue;
    merge.labels.push_back({label.name, normalised(label, type.type, merge)});
  }
  add_target_labels(target, policy.honor_labels, merge);

  Labels labels = Labels::of(merge.labels);
  if (!policy.metric_rules.empty()) {
    base::LabelsBuilder builder(labels);
    if (!base::relabel(policy.metric_rules, builder)) return std::optional<Labels>();
    labels = builder.build();
    if (labels.empty()) return std::optional<Labels>();
  }
  RETURN_IF_ERROR(check_names(labels, policy.names));
  RETURN_IF_ERROR(check_limits(labels, policy));
  return std::optional<Labels>(std::move(labels));
}

}  // namespace tocsin::scrape

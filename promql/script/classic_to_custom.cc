#include "promql/script/classic_to_custom.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>

#include "engine/base/number.h"
#include "promql/eval/histogram_arithmetic.h"

namespace tocsin::promql {
namespace {

using base::Code;
using base::Error;
using base::FloatHistogram;
using base::Labels;
using base::Result;

constexpr std::string_view kBucketLabel = "le";

/// A classic histogram at one time.
struct Collected {
  std::map<double, double> buckets;  ///< Upper bound → cumulative count.
  std::optional<double> count;
  double sum = 0;
};

/// By place in the lines, as they share their times.
using Moments = std::map<size_t, Collected>;

Error bad_histogram(const Labels& labels, std::string what) {
  return {Code::kInvalid, "cannot convert " + labels.to_metric() + ": " + std::move(what)};
}

Result<SequencePoint> convert(const Labels& labels, Collected from) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (!from.count) from.count = from.buckets.empty() ? 0 : from.buckets.rbegin()->second;
  from.buckets.try_emplace(kInf, *from.count);
  auto h = std::make_shared<FloatHistogram>();
  h->schema = FloatHistogram::kCustomBucketsSchema;
  h->count = *from.count;
  h->sum = from.sum;
  h->positive_spans = {{0, static_cast<uint32_t>(from.buckets.size())}};
  double before = 0;
  for (const auto& [bound, count] : from.buckets) {
    if (count < before) {
      return bad_histogram(labels, "count is not cumulative: " + base::format_general(count) +
                                       " < " + base::format_general(before));
    }
    h->positive_buckets.push_back(count - before);
    if (bound != kInf) h->custom_values.push_back(bound);
    before = count;
  }
  if (!(before == h->count)) {
    return bad_histogram(labels, "count mismatch: count=" + base::format_general(h->count) +
                                     " but the highest bucket has " + base::format_general(before));
  }
  compact(*h);
  return SequencePoint{false, 0, std::move(h), false};
}

class Collector {
 public:
  base::Status add(const SeriesLine& line) {
    const std::string_view name = line.labels.metric_name();
    const auto base_of = [&](std::string_view suffix) {
      return line.labels.with(base::kMetricName, name.substr(0, name.size() - suffix.size()))
          .with(kBucketLabel, "");
    };
    if (name.ends_with("_bucket")) {
      if (!line.labels.has(kBucketLabel)) {
        return bad_histogram(line.labels, "a bucket needs the label le");
      }
      const auto bound = base::parse_float(line.labels.get(kBucketLabel));
      if (!bound || std::isnan(*bound)) return {};
      collect(line, base_of("_bucket"),
              [&](Collected& c, double v) { c.buckets.try_emplace(*bound, v); });
    } else if (name.ends_with("_count")) {
      collect(line, base_of("_count"), [](Collected& c, double v) { c.count = v; });
    } else if (name.ends_with("_sum")) {
      collect(line, base_of("_sum"), [](Collected& c, double v) { c.sum = v; });
    }
    return {};
  }

  Result<std::vector<SeriesLine>> convert_all() && {
    std::vector<SeriesLine> lines;
    for (const Labels& labels : order_) {
      SeriesLine line{labels, {}};
      for (auto& [place, collected] : histograms_[labels]) {
        const SequencePoint gap{true, 0, nullptr, false};
        line.points.resize(place, gap);
        ASSIGN_OR_RETURN(SequencePoint point, convert(labels, std::move(collected)));
        line.points.push_back(std::move(point));
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

 private:
  template <class Fn>
  void collect(const SeriesLine& line, const Labels& labels, Fn&& note) {
    const auto [entry, fresh] = histograms_.try_emplace(labels);
    if (fresh) order_.push_back(labels);
    for (size_t place = 0; place < line.points.size(); ++place) {
      const SequencePoint& point = line.points[place];
      if (!point.omitted && point.h == nullptr) note(entry->second[place], point.v);
    }
  }

  std::unordered_map<Labels, Moments, base::LabelsHash> histograms_;
  std::vector<Labels> order_;
};

}  // namespace

Result<std::vector<SeriesLine>> classic_to_custom(const std::vector<SeriesLine>& lines) {
  Collector collector;
  for (const SeriesLine& line : lines) RETURN_IF_ERROR(collector.add(line));
  return std::move(collector).convert_all();
}

}  // namespace tocsin::promql

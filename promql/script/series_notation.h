// The notation of series: metric{labels} 1 2+3x4 _ stale {{schema:0 buckets:[1 2]}}x3.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/labels.h"
#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::promql {

/// One place of a series: nothing, a float (maybe the stale marker), or a histogram.
struct SequencePoint {
  bool omitted = false;
  double v = 0;
  base::HistogramPtr h;
  bool hint_given = false;  ///< The histogram's text named its counter reset hint.
};

/// When the counting behind a sample began, from the sample's own time on; nothing: unknown.
using StartOffset = std::optional<base::DurationMs>;

struct SeriesLine {
  base::Labels labels;
  std::vector<SequencePoint> points;
  std::vector<StartOffset> starts = {};  ///< Empty, or one per point (start_notation.h).
};

/// A line may not spell out more points than this.
inline constexpr size_t kSequencePointsMax = 1'000'000;

/// Parses metric and values. Fails with kInvalid, without a position.
/// Source: prometheus promql/parser/generated_parser.y series_description.
base::Result<SeriesLine> parse_series_line(std::string_view line);
/// The values alone, as promtool's unit tests have them beside `series`.
base::Result<std::vector<SequencePoint>> parse_sequence(std::string_view text);

/// The metric at the front of a line: its labels and how many bytes it takes.
struct MetricPrefix {
  base::Labels labels;
  size_t bytes = 0;
};
base::Result<MetricPrefix> parse_metric_prefix(std::string_view line);

}  // namespace tocsin::promql

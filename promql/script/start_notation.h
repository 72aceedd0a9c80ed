// The notation of start timestamps: metric{labels}@st -1m _ -30s-1mx4, in front of the series' own
// line.
#pragma once

#include <string_view>

#include "promql/script/series_notation.h"

namespace tocsin::promql {

/// Whether the line has start timestamps rather than samples. Fails as parse_metric_prefix.
base::Result<bool> is_start_line(std::string_view line);

struct StartLine {
  base::Labels labels;
  std::vector<StartOffset> starts;
};

/// Items: `_` and `_xN` (unknown), a duration D (from the sample's own time), DxN (N+1 times), and
/// D+DxN or D-DxN (N+1, each later or earlier than the one before). Fails with kInvalid, kLimit,
/// without a position. Source: prometheus promql/promqltest/test.go parseSTLine.
base::Result<StartLine> parse_start_line(std::string_view line);

}  // namespace tocsin::promql

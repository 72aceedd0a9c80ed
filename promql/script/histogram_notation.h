// Histograms as text: {{schema:1 sum:3.4 count:2 buckets:[1 0 1] offset:-1}}.
#pragma once

#include <string>

#include "engine/base/histogram.h"
#include "engine/base/status.h"
#include "promql/script/text_cursor.h"

namespace tocsin::promql {

struct HistogramText {
  base::HistogramPtr histogram;
  bool hint_given = false;  ///< Had a counter_reset_hint.
};

/// Takes one off the front of `cursor`, which stands on "{{". Fails with kInvalid.
/// Source: prometheus promql/parser/generated_parser.y histogram_series_value.
base::Result<HistogramText> take_histogram(TextCursor& cursor);

/// The text of a histogram, for messages.
std::string histogram_text(const base::FloatHistogram& histogram);

}  // namespace tocsin::promql

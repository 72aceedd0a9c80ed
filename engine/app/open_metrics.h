// Files of samples with timestamps → a store.
#pragma once

#include <string_view>

#include "engine/base/sample_sink.h"

namespace tocsin::app {

/// Writes all samples of `text` to one stream of `sink`. Text that ends with "# EOF" is
/// OpenMetrics: timestamps are seconds, exemplars are passed over. Other text is Prometheus's
/// format: timestamps are milliseconds. A sample without a timestamp is of the time `now`. A series
/// may have many samples, in any order. Fails with line and column on text that is neither, and
/// when a series has two samples of one time.
base::Status load_open_metrics(std::string_view text, base::TimestampMs now,
                               base::SampleSink& sink);

}  // namespace tocsin::app

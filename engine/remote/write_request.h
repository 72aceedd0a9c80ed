// The body of a remote write 1.0 request: snappy block around a protobuf message.
// Protocol: prometheus prompb/remote.proto; https://prometheus.io/docs/specs/prw/remote_write_spec/
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/labels.h"
#include "engine/base/sample.h"
#include "engine/base/status.h"

namespace tocsin::remote {

struct TimedHistogram {
  base::TimestampMs t = 0;
  base::HistogramPtr h;
};

/// One series of a request, valid: sorted unique labels with a metric name, all UTF-8.
struct WrittenSeries {
  base::Labels labels;
  std::vector<base::Sample> samples;  ///< In the sender's order; stale markers keep their bits.
  std::vector<TimedHistogram> histograms;
};

struct WriteRequest {
  std::vector<WrittenSeries> series;
  uint32_t skipped = 0;  ///< Series left out because their labels are not valid.
};

/// Bounds, checked before memory is taken.
struct WriteLimits {
  uint64_t bytes_max = 32u << 20;  ///< Decompressed.
};

/// Decodes a snappy-compressed body. Fails with kLimit when it declares more than it may, and with
/// kInvalid when it is not snappy or not the message.
base::Result<WriteRequest> decode_write_request(std::string_view compressed,
                                                const WriteLimits& limits = {});

/// Decodes the message itself.
base::Result<WriteRequest> parse_write_request(std::string_view message);

}  // namespace tocsin::remote

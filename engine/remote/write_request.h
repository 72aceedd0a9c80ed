// The body of a remote write 1.0 request: snappy block around a protobuf message.
// Protocol: prometheus prompb/remote.proto; https://prometheus.io/docs/specs/prw/remote_write_spec/
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

/// Elements [begin, end) of one of a request's lists.
struct ListRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// One series of a request.
struct WrittenSeries {
  ListRange labels;
  ListRange samples;
  ListRange histograms;
};

/// A request, read but not judged: labels are as the sender wrote them, see valid_labels().
struct WriteRequest {
  std::vector<WrittenSeries> series;
  std::vector<base::LabelView> labels;  ///< Views into the message.
  std::vector<base::Sample> samples;    ///< In the sender's order; stale markers keep their bits.
  std::vector<TimedHistogram> histograms;
  uint32_t skipped = 0;             ///< Series left out: no labels, or a histogram is not valid.
  std::unique_ptr<char[]> message;  ///< The message, when the request owns it.

  std::span<const base::LabelView> labels_of(const WrittenSeries& s) const {
    return part(labels, s.labels);
  }
  std::span<const base::Sample> samples_of(const WrittenSeries& s) const {
    return part(samples, s.samples);
  }
  std::span<const TimedHistogram> histograms_of(const WrittenSeries& s) const {
    return part(histograms, s.histograms);
  }

 private:
  template <class T>
  static std::span<const T> part(const std::vector<T>& list, ListRange range) {
    return std::span(list).subspan(range.begin, range.end - range.begin);
  }
};

/// Bounds, checked before memory is taken.
struct WriteLimits {
  uint64_t bytes_max = 32u << 20;   ///< Decompressed.
  uint64_t samples_max = 2u << 20;  ///< More than fit into bytes_max unless most are empty.
  uint64_t labels_max = 2u << 20;   ///< Of all series together.
};

/// Decodes a snappy-compressed body. Fails with kLimit when it declares more than it may, and with
/// kInvalid when it is not snappy or not the message.
base::Result<WriteRequest> decode_write_request(std::string_view compressed,
                                                const WriteLimits& limits = {});

/// Decodes the message itself, which must outlive the request.
base::Result<WriteRequest> parse_write_request(std::string_view message,
                                               const WriteLimits& limits = {});

/// The label set, in any order, of a series that may be stored: it has a metric name, repeats no
/// name and is all UTF-8. Else nullopt.
std::optional<base::Labels> valid_labels(std::span<const base::LabelView> labels);

}  // namespace tocsin::remote

// The histograms of a vector, classic and native: what histogram_quantile and histogram_fraction
// work on.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "promql/eval/kernels_histogram.h"
#include "promql/eval/operator.h"

namespace tocsin::promql {

/// One histogram of a step: native, classic (buckets ascending in bound), or neither.
struct FoundHistogram {
  const base::FloatHistogram* native = nullptr;
  std::span<Bucket> buckets;
};

/// Puts the buckets of classic histograms together: rows that differ only in `le`. Native ones are
/// rows by themselves. Kept while the child's rows stay the same.
/// Source: prometheus:promql/engine.go resetHistograms.
class HistogramGroups {
 public:
  HistogramGroups(bool delayed_names, base::PosRange vector_pos)
      : delayed_names_(delayed_names), vector_pos_(vector_pos) {}

  /// `frame` is the child's.
  void bind(const RowSchemaPtr& child, const Frame& frame, Run& run);
  /// A row per histogram: the labels without le.
  const RowSchemaPtr& schema() const { return schema_; }
  size_t size() const { return places_.size() - 1; }

  /// Warns about buckets of the step without a usable `le`.
  void warn_of_bad_buckets(const Frame& frame, size_t step, Run& run) const;
  /// The histogram's samples at a step. Both kinds at once are a warning, and neither is found.
  /// Valid until the next call.
  FoundHistogram find(const Frame& frame, size_t step, size_t histogram, Run& run);

  /// ` for metric name "x"` while the name is still there, else nothing.
  std::string name_suffix(const base::Labels& labels) const;
  std::string name_suffix(size_t histogram) const {
    return name_suffix(schema_->labels[histogram]);
  }
  base::PosRange vector_pos() const { return vector_pos_; }

 private:
  /// Where a histogram's buckets stand.
  struct Place {
    uint32_t rows = 0;    ///< In bucket_rows_; they end where the next histogram's begin.
    uint32_t bounds = 0;  ///< In bounds_.
  };
  class Binding;
  bool has_new_natives(const Frame& frame);

  bool delayed_names_;
  base::PosRange vector_pos_;
  RowSchemaPtr child_;
  RowSchemaPtr schema_;
  std::vector<uint8_t> is_native_;     // By child row: has had native histograms. Empty: none has.
  std::vector<uint32_t> native_row_;   // By histogram; kNoRow. Empty: none has one.
  std::vector<Place> places_ = {{}};   // Histograms + 1.
  std::vector<uint32_t> bucket_rows_;  // Child rows, ascending in bound within a histogram.
  std::vector<double> bounds_;         // Neighbours with equal bounds share them.
  std::vector<uint32_t> bad_rows_;     // Without a usable le.
  std::vector<Bucket> buckets_;
};

}  // namespace tocsin::promql

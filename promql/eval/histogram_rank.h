// How many observations are below a value: the search that fractions of both kinds of histograms
// share.
#pragma once

namespace tocsin::promql {

/// Fed with buckets in ascending order until the value is found.
/// Source: prometheus:promql/quantile.go HistogramFraction, BucketFraction.
class RankBelow {
 public:
  explicit RankBelow(double value) : value_(value) {}

  /// A bucket, with `rank` observations before it. inside(value): the rank of a value within it.
  template <class Inside>
  void visit(double lower, double upper, double rank, Inside&& inside) {
    if (found_) return;
    if (lower >= value_) {
      rank_ = rank;
      found_ = true;
    } else if (lower < value_ && upper > value_) {
      rank_ = inside(value_);
      found_ = true;
    }
  }
  /// Of `total` observations. A value beyond all buckets has them all below it.
  double rank(double total) const { return !found_ || rank_ > total ? total : rank_; }

 private:
  double value_;
  double rank_ = 0;
  bool found_ = false;
};

}  // namespace tocsin::promql

#include "promql/eval/bucket_stripper.h"

#include <memory>

#include "engine/base/sample.h"
#include "promql/eval/histogram_compare.h"

namespace tocsin::promql {

using base::CounterResetHint;
using base::FloatHistogram;

void BucketStripper::on_mixed(const base::MixedSeries& series) {
  std::vector<base::HistogramPtr> stripped(series.h.size());
  last_ = nullptr;
  size_t at = 0;
  bool started = false;
  for (const SampleRange& step : steps_) {
    if (at < series.t.size() && (!started || series.t[at] <= step.start)) {
      while (at < series.t.size() && series.t[at] <= step.start) ++at;
      last_ = nullptr;
      started = true;
    }
    for (; at < series.t.size(); ++at) {
      strip(series.h[at], stripped[at]);
      if (series.t[at] >= step.end) break;
    }
  }
  // Nobody looks at those that no step has.
  for (size_t i = 0; i < stripped.size(); ++i) {
    if (stripped[i] == nullptr) stripped[i] = series.h[i];
  }
  next_.on_mixed({series.row, series.t, series.v, stripped, series.starts});
}

void BucketStripper::strip(const base::HistogramPtr& h, base::HistogramPtr& stripped) {
  if (h == nullptr || stripped != nullptr) return;
  auto statistics = std::make_shared<FloatHistogram>();
  statistics->counter_reset_hint = h->counter_reset_hint;
  statistics->schema = h->schema;
  statistics->count = h->count;
  statistics->sum = h->sum;
  if (!base::is_stale(h->sum)) {
    if (h->counter_reset_hint == CounterResetHint::kUnknown && last_ != nullptr) {
      statistics->counter_reset_hint =
          detect_reset(*h, *last_) ? CounterResetHint::kReset : CounterResetHint::kNotReset;
    }
    last_ = h.get();
  }
  stripped = std::move(statistics);
}

}  // namespace tocsin::promql

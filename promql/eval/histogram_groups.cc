#include "promql/eval/histogram_groups.h"

#include <algorithm>

#include "engine/base/number.h"
#include "promql/eval/label_numbers.h"

namespace tocsin::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";
constexpr uint32_t kNoRow = UINT32_MAX;

}  // namespace

/// Gives each histogram a row as its first bucket or native sample comes along.
class HistogramGroups::Binding {
 public:
  explicit Binding(SchemaIds& ids) : schema_(make_schema(ids)) {}

  void add_native(const base::Labels& labels, uint32_t row) {
    // A native histogram's own le belongs to its name.
    native_row_[labels.has(kBucketLabel) ? add_row(labels) : row_of(labels)] = row;
  }
  void add_bucket(const base::Labels& labels, Place place) {
    places_[row_of(labels)].push_back(place);
  }
  void move_to(HistogramGroups& groups) && {
    size_t count = 0;
    for (const auto& of_histogram : places_) count += of_histogram.size();
    // Exactly as large as needed: rules keep them.
    groups.places_ = std::vector<Place>();
    groups.places_.reserve(count);
    groups.begin_ = {0};
    groups.begin_.reserve(places_.size() + 1);
    for (auto& of_histogram : places_) {
      std::stable_sort(of_histogram.begin(), of_histogram.end(),
                       [](const Place& a, const Place& b) { return a.bound < b.bound; });
      groups.places_.insert(groups.places_.end(), of_histogram.begin(), of_histogram.end());
      groups.begin_.push_back(groups.places_.size());
    }
    groups.native_row_ = std::move(native_row_);
    groups.schema_ = std::move(schema_);
  }

 private:
  /// The row of the histogram these labels are of, apart from le.
  uint32_t row_of(const base::Labels& labels) {
    const uint32_t key = keys_.number_of(labels);
    if (key == row_of_key_.size()) row_of_key_.push_back(add_row(choice_.of(labels)));
    return row_of_key_[key];
  }
  uint32_t add_row(base::Labels labels) {
    schema_->labels.push_back(std::move(labels));
    places_.emplace_back();
    native_row_.push_back(kNoRow);
    return static_cast<uint32_t>(places_.size() - 1);
  }

  std::shared_ptr<RowSchema> schema_;
  const LabelChoice choice_{{std::string(kBucketLabel)}, true};
  KeyNumbers keys_{choice_};
  std::vector<uint32_t> row_of_key_;
  std::vector<std::vector<Place>> places_;
  std::vector<uint32_t> native_row_;
};

void HistogramGroups::bind(const RowSchemaPtr& child, const Frame& frame, Run& run) {
  const bool same_rows = child_ == child;
  if (!same_rows) is_native_.assign(child->rows(), 0);
  const bool new_natives = frame.has_histograms() && has_new_natives(frame);
  if (same_rows && !new_natives) return;
  child_ = child;
  bad_rows_.clear();
  Binding binding(run.ids());
  for (uint32_t row = 0; row < child->rows(); ++row) {
    const base::Labels& labels = child->labels[row];
    if (is_native_[row] != 0) binding.add_native(labels, row);
    if (const auto bound = base::parse_float(labels.get(kBucketLabel))) {
      binding.add_bucket(labels, {row, *bound});
    } else {
      bad_rows_.push_back(row);
    }
  }
  std::move(binding).move_to(*this);
}

bool HistogramGroups::has_new_natives(const Frame& frame) {
  bool any = false;
  for (size_t step = 0; step < frame.steps; ++step) {
    for_each_bit(frame.bits(step), [&](size_t row) {
      if (is_native_[row] != 0 || !frame.is_histogram(step, row)) return;
      is_native_[row] = 1;
      any = true;
    });
  }
  return any;
}

void HistogramGroups::warn_of_bad_buckets(const Frame& frame, size_t step, Run& run) const {
  for (const uint32_t row : bad_rows_) {
    if (!frame.has(step, row) || frame.is_histogram(step, row)) continue;
    const base::Labels& labels = child_->labels[row];
    run.warn("bucket label \"le\" is missing or has a malformed value of " +
                 base::go_quote(labels.get(kBucketLabel)) + name_suffix(labels),
             vector_pos_);
  }
}

FoundHistogram HistogramGroups::find(const Frame& frame, size_t step, size_t histogram, Run& run) {
  FoundHistogram found;
  buckets_.clear();
  for (size_t i = begin_[histogram]; i < begin_[histogram + 1]; ++i) {
    const Place& place = places_[i];
    if (!frame.has(step, place.row) || frame.is_histogram(step, place.row)) continue;
    buckets_.push_back({place.bound, frame.at(step, place.row)});
  }
  found.buckets = buckets_;
  const uint32_t row = native_row_[histogram];
  if (row != kNoRow && frame.has(step, row) && frame.is_histogram(step, row)) {
    found.native = frame.histograms[step * frame.rows + row].get();
  }
  if (found.native != nullptr && !found.buckets.empty()) {
    run.warn("vector contains a mix of classic and native histograms" + name_suffix(histogram),
             vector_pos_);
    return {};
  }
  return found;
}

std::string HistogramGroups::name_suffix(const base::Labels& labels) const {
  const std::string_view name = labels.metric_name();
  if (!delayed_names_ || name.empty()) return {};
  return " for metric name " + base::go_quote(name);
}

}  // namespace tocsin::promql

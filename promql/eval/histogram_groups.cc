#include "promql/eval/histogram_groups.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/base/number.h"
#include "promql/eval/label_numbers.h"

namespace tocsin::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";
constexpr uint32_t kNoRow = UINT32_MAX;

bool same_bits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

}  // namespace

/// Gives each histogram a row as its first bucket or native sample comes along.
class HistogramGroups::Binding {
 public:
  /// `nameless`: the label sets to come have a name which does not count.
  Binding(SchemaIds& ids, bool nameless)
      : schema_(make_schema(ids)), choice_(bucket_choice(nameless)), nameless_(nameless) {}

  void add_native(const base::Labels& labels, uint32_t row) {
    // A native histogram's own le belongs to its name.
    const bool alone = labels.has(kBucketLabel);
    const uint32_t histogram =
        alone ? add_row(nameless_ ? labels.without_name() : labels) : row_of(labels);
    native_row_.resize(labels_.size(), kNoRow);
    native_row_[histogram] = row;
  }
  void add_bucket(const base::Labels& labels, uint32_t row, double bound) {
    buckets_[row_of(labels)].push_back({row, bound});
  }
  void move_to(HistogramGroups& groups) && {
    size_t count = 0;
    for (const auto& of_histogram : buckets_) count += of_histogram.size();
    // Exactly as large as needed: rules keep them.
    groups.bucket_rows_ = std::vector<uint32_t>();
    groups.bucket_rows_.reserve(count);
    groups.places_ = std::vector<Place>();
    groups.places_.reserve(buckets_.size() + 1);
    groups.bounds_.clear();
    for (auto& of_histogram : buckets_) place(of_histogram, groups);
    groups.places_.push_back({static_cast<uint32_t>(count), 0});
    groups.bounds_.shrink_to_fit();
    if (!native_row_.empty()) native_row_.resize(labels_.size(), kNoRow);
    groups.native_row_ = std::move(native_row_);
    labels_.shrink_to_fit();
    schema_->labels = RowLabels(std::move(labels_));
    groups.schema_ = std::move(schema_);
  }

 private:
  struct BucketRow {
    uint32_t row = 0;
    double bound = 0;
  };

  static LabelChoice bucket_choice(bool nameless) {
    LabelChoice choice{{std::string(kBucketLabel)}, true};
    if (nameless) choice.names.emplace_back(base::kMetricName);
    return choice;
  }
  /// The row of the histogram these labels are of, apart from le.
  uint32_t row_of(const base::Labels& labels) {
    const uint32_t key = keys_.number_of(labels);
    if (key == row_of_key_.size()) row_of_key_.push_back(add_row(choice_.of(labels)));
    return row_of_key_[key];
  }
  uint32_t add_row(base::Labels labels) {
    labels_.push_back(std::move(labels));
    buckets_.emplace_back();
    return static_cast<uint32_t>(buckets_.size() - 1);
  }
  /// Appends a histogram's buckets.
  static void place(std::vector<BucketRow>& buckets, HistogramGroups& groups) {
    std::ranges::stable_sort(buckets, {}, &BucketRow::bound);
    std::vector<double>& bounds = groups.bounds_;
    const size_t last = groups.places_.empty() ? 0 : groups.places_.back().bounds;
    const bool shared = std::ranges::equal(std::span(bounds).subspan(last), buckets, same_bits, {},
                                           &BucketRow::bound);
    const size_t begin = shared ? last : bounds.size();
    groups.places_.push_back(
        {static_cast<uint32_t>(groups.bucket_rows_.size()), static_cast<uint32_t>(begin)});
    for (const BucketRow& bucket : buckets) {
      groups.bucket_rows_.push_back(bucket.row);
      if (!shared) bounds.push_back(bucket.bound);
    }
  }

  std::shared_ptr<RowSchema> schema_;
  const LabelChoice choice_;
  const bool nameless_;
  KeyNumbers keys_{choice_};
  std::vector<uint32_t> row_of_key_;
  RowLabels::List labels_;
  std::vector<std::vector<BucketRow>> buckets_;
  std::vector<uint32_t> native_row_;
};

void HistogramGroups::bind(const RowSchemaPtr& child, const Frame& frame, Run& run) {
  const bool same_rows = child_ == child;
  if (!same_rows) is_native_ = {};
  const bool new_natives = frame.has_histograms() && has_new_natives(frame);
  if (same_rows && !new_natives) return;
  child_ = child;
  bad_rows_.clear();
  Binding binding(run.ids(), child->labels.is_nameless());
  for (uint32_t row = 0; row < child->rows(); ++row) {
    const base::Labels& labels = child->labels.stored()[row];
    if (!is_native_.empty() && is_native_[row] != 0) binding.add_native(labels, row);
    if (const auto bound = base::parse_float(labels.get(kBucketLabel))) {
      binding.add_bucket(labels, row, *bound);
    } else {
      bad_rows_.push_back(row);
    }
  }
  std::move(binding).move_to(*this);
}

bool HistogramGroups::has_new_natives(const Frame& frame) {
  is_native_.resize(frame.rows);
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
    const base::Labels labels = child_->labels.one(row);
    run.warn("bucket label \"le\" is missing or has a malformed value of " +
                 base::go_quote(labels.get(kBucketLabel)) + name_suffix(labels),
             vector_pos_);
  }
}

FoundHistogram HistogramGroups::find(const Frame& frame, size_t step, size_t histogram, Run& run) {
  FoundHistogram found;
  buckets_.clear();
  const double* bound = bounds_.data() + places_[histogram].bounds;
  for (uint32_t i = places_[histogram].rows; i < places_[histogram + 1].rows; ++i, ++bound) {
    const uint32_t row = bucket_rows_[i];
    if (!frame.has(step, row) || frame.is_histogram(step, row)) continue;
    buckets_.push_back({*bound, frame.at(step, row)});
  }
  found.buckets = buckets_;
  const uint32_t row = native_row_.empty() ? kNoRow : native_row_[histogram];
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

#include "promql/script/memory_source.h"

#include <algorithm>
#include <mutex>

#include "promql/script/stored_hint.h"

namespace tocsin::promql {

using base::HistogramPtr;
using base::Labels;
using base::TimestampMs;

struct MemorySource::Series {
  Labels labels;
  std::vector<TimestampMs> t;
  std::vector<double> v;
  std::vector<HistogramPtr> h;      // Empty until the first histogram, then one per sample.
  std::vector<TimestampMs> starts;  // Empty until the first start, then one per sample.

  bool has_histogram(size_t from, size_t to) const {
    const auto begin = h.begin();
    return !h.empty() &&
           std::any_of(begin + static_cast<ptrdiff_t>(from), begin + static_cast<ptrdiff_t>(to),
                       [](const HistogramPtr& p) { return p != nullptr; });
  }
};

struct MemorySource::Store {
  std::vector<std::shared_ptr<Series>> series;
  std::unordered_map<Labels, Series*, base::LabelsHash> by_labels;
  uint64_t generation = 1;  // Changes with the set of series.
};

struct MemorySource::Rows final : base::RowSet {
  std::vector<std::shared_ptr<const Series>> series;
};

class MemorySource::MemorySelection final : public base::Selection {
 public:
  MemorySelection(std::shared_ptr<const Store> store, base::Matchers matchers)
      : store_(std::move(store)), matchers_(std::move(matchers)) {}

  std::shared_ptr<const base::RowSet> rows() override {
    const std::lock_guard lock(mutex_);
    if (rows_ && seen_ == store_->generation) return rows_;
    auto rows = std::make_shared<Rows>();
    for (const auto& series : store_->series) {
      if (!base::matches_all(matchers_, series->labels)) continue;
      rows->labels.push_back(series->labels);
      rows->series.push_back(series);
    }
    seen_ = store_->generation;
    if (rows_ && rows_->series == rows->series) return rows_;
    rows->version = ++version_;
    rows_ = std::move(rows);
    return rows_;
  }

  base::Status scan(const base::RowSet& rows, base::RowRange range, const base::ScanWindow& window,
                    base::TileVisitor& visitor) const override {
    const auto& all = static_cast<const Rows&>(rows).series;
    for (uint32_t row = range.begin; row < range.end; ++row) {
      visit(*all[row], row, window, visitor);
    }
    return {};
  }

 private:
  static void visit(const Series& series, uint32_t row, const base::ScanWindow& window,
                    base::TileVisitor& visitor) {
    const auto first = std::upper_bound(series.t.begin(), series.t.end(), window.from);
    const auto last = std::upper_bound(first, series.t.end(), window.to);
    if (first == last) return;
    const auto begin = static_cast<size_t>(first - series.t.begin());
    const auto count = static_cast<size_t>(last - first);
    const std::span t(series.t.data() + begin, count);
    std::span<const TimestampMs> starts;
    if (!series.starts.empty()) starts = std::span(series.starts).subspan(begin, count);
    if (series.has_histogram(begin, begin + count)) {
      visitor.on_mixed(
          {row, t, {series.v.data() + begin, count}, {series.h.data() + begin, count}, starts});
      return;
    }
    std::vector<const double*> columns(count);
    for (size_t i = 0; i < count; ++i) columns[i] = &series.v[begin + i];
    std::vector<const TimestampMs*> start_columns(starts.size());
    for (size_t i = 0; i < starts.size(); ++i) start_columns[i] = &starts[i];
    const std::vector<uint8_t> gaps(count, 0);
    const std::vector<uint8_t> drops(count, 1);  // "Some may be": always true enough.
    base::Tile tile;
    tile.first_row = row;
    tile.rows = 1;
    tile.t = t;
    tile.values = columns.data();
    tile.gaps = any_stale(columns) ? drops.data() : gaps.data();
    tile.drops = drops.data();
    if (!starts.empty()) tile.starts = start_columns.data();
    visitor.on_tile(tile);
  }

  static bool any_stale(const std::vector<const double*>& columns) {
    return std::any_of(columns.begin(), columns.end(),
                       [](const double* v) { return !base::is_value(*v); });
  }

  const std::shared_ptr<const Store> store_;
  const base::Matchers matchers_;
  std::mutex mutex_;
  std::shared_ptr<const Rows> rows_;
  uint64_t seen_ = 0;
  uint64_t version_ = 0;
};

MemorySource::MemorySource() : store_(std::make_shared<Store>()) {}
MemorySource::~MemorySource() = default;

base::Result<MemorySource::Series*> MemorySource::series_for(const Labels& labels, TimestampMs t,
                                                             TimestampMs start) {
  Series*& series = store_->by_labels[labels];
  if (series == nullptr) {
    store_->series.push_back(std::make_shared<Series>());
    series = store_->series.back().get();
    series->labels = labels;
    ++store_->generation;
  }
  if (!series->t.empty() && series->t.back() >= t) {
    return base::Error{base::Code::kInvalid, "out of order sample for " + labels.to_metric() +
                                                 ": " + std::to_string(t) + " ms is not after " +
                                                 std::to_string(series->t.back()) + " ms"};
  }
  series->t.push_back(t);
  if (start != base::kNoStart) series->starts.resize(series->t.size() - 1, base::kNoStart);
  if (start != base::kNoStart || !series->starts.empty()) series->starts.push_back(start);
  return series;
}

base::Status MemorySource::append(const Labels& labels, TimestampMs t, double v,
                                  TimestampMs start) {
  ASSIGN_OR_RETURN(Series * series, series_for(labels, t, start));
  series->v.push_back(base::from_outside(v));
  if (!series->h.empty()) series->h.push_back(nullptr);
  return {};
}

base::Status MemorySource::append(const Labels& labels, TimestampMs t, const HistogramPtr& h,
                                  TimestampMs start) {
  ASSIGN_OR_RETURN(Series * series, series_for(labels, t, start));
  const base::FloatHistogram* previous = series->h.empty() ? nullptr : series->h.back().get();
  auto stored = std::make_shared<base::FloatHistogram>(*h);
  stored->counter_reset_hint = stored_hint(previous, *h);
  series->v.push_back(0);
  series->h.resize(series->v.size());
  series->h.back() = std::move(stored);
  return {};
}

void MemorySource::clear() {
  store_->series.clear();
  store_->by_labels.clear();
  ++store_->generation;
}

base::Result<std::shared_ptr<base::Selection>> MemorySource::select(
    const base::Matchers& matchers) {
  return std::shared_ptr<base::Selection>(std::make_shared<MemorySelection>(store_, matchers));
}

base::Result<std::vector<Labels>> MemorySource::series(const std::vector<base::Matchers>& selectors,
                                                       TimestampMs from, TimestampMs to) {
  std::vector<Labels> found;
  for (const auto& series : store_->series) {
    const auto at = std::lower_bound(series->t.begin(), series->t.end(), from);
    const bool in_time = at != series->t.end() && *at <= to;
    const bool wanted = selectors.empty() ||
                        std::any_of(selectors.begin(), selectors.end(), [&](const auto& matchers) {
                          return base::matches_all(matchers, series->labels);
                        });
    if (in_time && wanted) found.push_back(series->labels);
  }
  return found;
}

}  // namespace tocsin::promql

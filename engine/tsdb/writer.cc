// StreamWriter over a Stream: births and moves of series go through the index, the rest does not.
#include <algorithm>
#include <utility>

#include "engine/tsdb/head.h"

namespace tocsin::tsdb {
namespace {

using base::Code;
using base::CommitStats;
using base::Labels;
using base::Result;
using base::Status;
using base::TimestampMs;
using base::WriterRow;

Status check_size(const Options& options, const Labels& labels) {
  if (labels.size() > options.labels_max) {
    return Status(Code::kLimit, "series with " + std::to_string(labels.size()) +
                                    " labels; the limit is " + std::to_string(options.labels_max));
  }
  size_t bytes = 0;
  for (size_t i = 0; i < labels.size(); ++i)
    bytes += labels[i].name.size() + labels[i].value.size();
  if (bytes > options.label_bytes_max) {
    return Status(Code::kLimit, "series with " + std::to_string(bytes) +
                                    " bytes of labels; the limit is " +
                                    std::to_string(options.label_bytes_max));
  }
  return {};
}

class Writer final : public base::StreamWriter {
 public:
  Writer(std::shared_ptr<Head> head, std::shared_ptr<Stream> stream)
      : head_(std::move(head)), stream_(std::move(stream)) {}
  ~Writer() override { stream_->end(); }

  uint32_t number() const override { return stream_->number(); }
  Result<WriterRow> add_series(std::span<const Labels> labels) override;
  std::vector<WriterRow> rows_of(std::span<const Labels> labels) const override;
  void remove_series(WriterRow row) override { stream_->remove_row(row); }
  Result<std::span<double>> begin(TimestampMs t) override {
    RETURN_IF_ERROR(stream_->begin(t));
    return stream_->column();
  }
  std::span<double> column() override { return stream_->column(); }
  void add_loose(WriterRow row, TimestampMs t, double v) override {
    if (stream_->add_more_loose(row, {t, v})) return;
    make_loose(row);
    stream_->add_loose(row, {t, v});
  }
  void add_histogram(WriterRow row, TimestampMs t, base::HistogramPtr h) override {
    make_loose(row);
    stream_->add_loose(row, t, std::move(h));
  }
  Result<CommitStats> commit() override;
  void abandon() override { stream_->abandon(); }
  Status close(TimestampMs t) override;

 private:
  Status check_limits(std::span<const Labels> labels) const;
  void make_loose(WriterRow row);
  void hand_over_shared();

  const std::shared_ptr<Head> head_;
  const std::shared_ptr<Stream> stream_;
};

Status Writer::check_limits(std::span<const Labels> labels) const {
  uint64_t missing = 0;
  for (const Labels& set : labels) {
    RETURN_IF_ERROR(check_size(head_->options, set));
    if (head_->index.find(set) == SeriesIndex::kNone) ++missing;
  }
  const uint64_t max = head_->options.series_max;
  if (max > 0 && head_->index.size() + missing > max) {
    return Status(Code::kLimit, "stream " + stream_->name() + ": " + std::to_string(missing) +
                                    " new series would exceed the limit of " + std::to_string(max) +
                                    " series in the store");
  }
  return {};
}

Result<WriterRow> Writer::add_series(std::span<const Labels> labels) {
  const std::lock_guard lock(head_->mutex);
  RETURN_IF_ERROR(check_limits(labels));
  SeriesIndex& index = head_->index;
  const base::Symbol name = base::symbols::find(base::kMetricName);
  std::vector<NewRow> rows;
  std::vector<SlotAddress> revived;
  revived.reserve(labels.size());  // NewRow points into it.
  for (const Labels& set : labels) {
    SeriesId id = index.find(set);
    NewRow row{0, set.value_of(name), nullptr};
    if (id == SeriesIndex::kNone) {
      id = index.create(set);
    } else if (index[id].is_used()) {
      for (const Place& place : index[id].places()) {
        const bool is_free = place.stream == stream_.get() && stream_->is_ended(place.at) &&
                             std::find(revived.begin(), revived.end(), place.at) == revived.end();
        if (!is_free) continue;
        revived.push_back(place.at);
        row.revive = &revived.back();
        break;
      }
    }
    row.series = id;
    rows.push_back(row);
  }
  const auto [first, places] = stream_->add_rows(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].revive != nullptr) continue;
    Series& series = index[rows[i].series];
    const bool is_new = !series.is_used();
    series.add_place({stream_.get(), places[i], false});
    if (is_new) {
      head_->counters.series_created.fetch_add(1, std::memory_order_relaxed);
      head_->selections.on_new(rows[i].series, series.labels);
    } else {
      head_->selections.on_moved(series.labels);
    }
  }
  return first;
}

std::vector<WriterRow> Writer::rows_of(std::span<const Labels> labels) const {
  std::vector<WriterRow> rows(labels.size(), base::kNoRow);
  const std::lock_guard lock(head_->mutex);
  for (size_t i = 0; i < labels.size(); ++i) {
    const SeriesId id = head_->index.find(labels[i]);
    if (id == SeriesIndex::kNone) continue;
    for (const Place& place : head_->index[id].places()) {
      if (place.stream == stream_.get()) rows[i] = stream_->row_at(place.at);
      if (rows[i] != base::kNoRow) break;
    }
  }
  return rows;
}

void Writer::make_loose(WriterRow row) {
  if (!stream_->make_loose(row)) return;
  const std::lock_guard lock(head_->mutex);
  const SlotAddress at = stream_->address_of(row);
  Series& series = head_->index[stream_->series_of(at)];
  series.make_loose(stream_.get(), at);
  head_->selections.on_moved(series.labels);
}

Result<CommitStats> Writer::commit() {
  ASSIGN_OR_RETURN(const CommitStats stats, stream_->commit());
  StoreCounters& counters = head_->counters;
  counters.samples.fetch_add(stats.samples, std::memory_order_relaxed);
  if (stats.stale > 0) counters.stale_markers.fetch_add(stats.stale, std::memory_order_relaxed);
  if (stats.out_of_order > 0) {
    counters.out_of_order.fetch_add(stats.out_of_order, std::memory_order_relaxed);
  }
  if (stats.duplicate > 0)
    counters.duplicates.fetch_add(stats.duplicate, std::memory_order_relaxed);
  return stats;
}

// A target found again under another URL, say: its new stream has most of the series already, and
// a marker of the old one would lie between their samples.
void Writer::hand_over_shared() {
  const std::lock_guard lock(head_->mutex);
  for (const WriterRow row : stream_->live_rows()) {
    const Series& series = head_->index[stream_->series_of(stream_->address_of(row))];
    if (!series.has_many_places()) continue;
    const std::vector<Place> places = series.places();
    const bool goes_on = std::any_of(places.begin(), places.end(), [&](const Place& place) {
      return place.stream != stream_.get() && !place.stream->is_ended(place.at);
    });
    if (goes_on) stream_->hand_over(row);
  }
}

Status Writer::close(TimestampMs t) {
  abandon();
  hand_over_shared();
  stream_->remove_all_rows();
  // A rule may have been run early in this very millisecond.
  RETURN_IF_ERROR(stream_->begin(std::max(t, stream_->last_t() + 1)));
  const auto stats = commit();
  return stats ? Status() : Status(stats.error());
}

}  // namespace

std::unique_ptr<base::StreamWriter> open_writer(const std::shared_ptr<Head>& head,
                                                std::string name) {
  const std::lock_guard lock(head->mutex);
  const uint32_t number = head->next_stream++;
  auto stream = std::make_shared<Stream>(number, std::move(name), head->epochs, head->pool);
  head->streams.emplace(number, stream);
  return std::make_unique<Writer>(head, std::move(stream));
}

}  // namespace tocsin::tsdb

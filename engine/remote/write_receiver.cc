#include "engine/remote/write_receiver.h"

#include <algorithm>

namespace tocsin::remote {
namespace {

constexpr base::DurationMs kIdleMax = base::kHour;
constexpr base::DurationMs kSweepInterval = 5 * base::kMinute;

}  // namespace

WriteReceiver::WriteReceiver(base::SampleSink& sink, const base::Clock& clock,
                             base::MetricRegistry& metrics)
    : clock_(clock),
      samples_(metrics.counter(
          "prometheus_remote_storage_samples_in_total",
          "Samples in to remote storage, compare to samples out for queue managers.")),
      refused_(metrics.counter("tocsin_remote_write_refused_samples_total",
                               "Samples of remote write that were out of order, repeated with "
                               "another value or too far in the future.")),
      writer_(sink.open_stream("remote write")) {}

base::Result<WriteOutcome> WriteReceiver::write(const WriteRequest& request) {
  const std::lock_guard lock(mutex_);
  now_ = clock_.now();
  queued_ = 0;
  WriteOutcome out;
  out.skipped_series = request.skipped;
  ASSIGN_OR_RETURN(const std::vector<Row*> rows, rows_of(request, out));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == nullptr) continue;
    rows[i]->written = now_;
    add(request, request.series[i], rows[i]->row, out);
  }
  base::CommitStats stats;
  if (queued_ != 0) {
    ASSIGN_OR_RETURN(stats, writer_->commit());
  }
  out.samples = stats.samples;
  out.out_of_order = stats.out_of_order;
  out.duplicate = stats.duplicate;
  samples_.add(static_cast<double>(out.samples));
  refused_.add(static_cast<double>(out.out_of_order + out.duplicate + out.too_far));
  forget_idle(now_);
  return out;
}

// Rows of all series of the request, null for those that are not valid; the new ones are added
// together.
base::Result<std::vector<RowTable::Row*>> WriteReceiver::rows_of(const WriteRequest& request,
                                                                 WriteOutcome& out) {
  std::vector<Row*> rows;
  std::vector<Row*> fresh;
  rows.reserve(request.series.size());
  for (const WrittenSeries& series : request.series) {
    Row* row = row_of(request.labels_of(series), fresh);
    if (row == nullptr) ++out.skipped_series;
    rows.push_back(row);
  }
  if (!fresh.empty()) RETURN_IF_ERROR(add_rows(fresh));
  return rows;
}

RowTable::Row* WriteReceiver::row_of(std::span<const base::LabelView> labels,
                                     std::vector<Row*>& fresh) {
  if (Row* known = rows_.find(labels)) return known;
  const auto valid = valid_labels(labels);
  if (!valid) return nullptr;
  const auto [row, is_new] = rows_.find_or_add(*valid);
  if (is_new) fresh.push_back(row);
  return row;
}

base::Status WriteReceiver::add_rows(std::span<Row* const> fresh) {
  std::vector<base::Labels> labels;
  labels.reserve(fresh.size());
  for (const Row* row : fresh) labels.push_back(row->labels);
  const auto first = writer_->add_series(labels);
  if (!first) {
    rows_.erase_if([](const Row& row) { return row.row == base::kNoRow; });
    return first.error();
  }
  for (size_t i = 0; i < fresh.size(); ++i) {
    fresh[i]->row = *first + static_cast<base::WriterRow>(i);
  }
  return {};
}

void WriteReceiver::add(const WriteRequest& request, const WrittenSeries& series,
                        base::WriterRow row, WriteOutcome& out) {
  const base::TimestampMs latest = now_ + kFutureMax;
  for (const base::Sample& sample : request.samples_of(series)) {
    if (sample.t > latest) {
      ++out.too_far;
    } else {
      writer_->add_loose(row, sample.t, sample.v);
      ++queued_;
    }
  }
  for (const TimedHistogram& histogram : request.histograms_of(series)) {
    if (histogram.t > latest) {
      ++out.too_far;
    } else {
      writer_->add_histogram(row, histogram.t, histogram.h);
      ++queued_;
    }
  }
}

// Senders do not say that a series is over for good: rows without samples for long are given back.
void WriteReceiver::forget_idle(base::TimestampMs now) {
  if (now - last_sweep_ < kSweepInterval) return;
  last_sweep_ = now;
  rows_.erase_if([&](const Row& row) {
    if (now - row.written < kIdleMax) return false;
    writer_->remove_series(row.row);
    return true;
  });
}

}  // namespace tocsin::remote

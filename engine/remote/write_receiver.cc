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
  const base::TimestampMs now = clock_.now();
  ASSIGN_OR_RETURN(const auto rows, rows_of(request));
  WriteOutcome out;
  out.skipped_series = request.skipped;
  queued_ = 0;
  for (size_t i = 0; i < rows.size(); ++i) add(request.series[i], rows[i], now + kFutureMax, out);
  base::CommitStats stats;
  if (queued_ != 0) {
    ASSIGN_OR_RETURN(stats, writer_->commit());
  }
  out.samples = stats.samples;
  out.out_of_order = stats.out_of_order;
  out.duplicate = stats.duplicate;
  samples_.add(static_cast<double>(out.samples));
  refused_.add(static_cast<double>(out.out_of_order + out.duplicate + out.too_far));
  forget_idle(now);
  return out;
}

// Rows of all series of the request; the new ones are added together.
base::Result<std::vector<base::WriterRow>> WriteReceiver::rows_of(const WriteRequest& request) {
  const base::TimestampMs now = clock_.now();
  std::vector<base::Labels> fresh;
  for (const WrittenSeries& series : request.series) {
    const auto [known, is_new] = rows_.try_emplace(series.labels, Row{0, now});
    known->second.written = now;
    if (is_new) fresh.push_back(series.labels);
  }
  if (!fresh.empty()) {
    const auto first = writer_->add_series(fresh);
    if (!first) {
      for (const base::Labels& labels : fresh) rows_.erase(labels);
      return first.error();
    }
    for (size_t i = 0; i < fresh.size(); ++i)
      rows_[fresh[i]].row = *first + static_cast<base::WriterRow>(i);
  }
  std::vector<base::WriterRow> out;
  out.reserve(request.series.size());
  for (const WrittenSeries& series : request.series) out.push_back(rows_[series.labels].row);
  return out;
}

void WriteReceiver::add(const WrittenSeries& series, base::WriterRow row, base::TimestampMs latest,
                        WriteOutcome& out) {
  for (const base::Sample& sample : series.samples) {
    if (sample.t > latest) {
      ++out.too_far;
    } else {
      writer_->add_loose(row, sample.t, sample.v);
      ++queued_;
    }
  }
  for (const TimedHistogram& histogram : series.histograms) {
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
  std::erase_if(rows_, [&](const auto& entry) {
    if (now - entry.second.written < kIdleMax) return false;
    writer_->remove_series(entry.second.row);
    return true;
  });
}

}  // namespace tocsin::remote

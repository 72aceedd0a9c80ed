// ALERTS and ALERTS_FOR_STATE: the alerts of one rule as series.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/sample_sink.h"
#include "rules/alert_table.h"

namespace tocsin::rules {

/// Writes one column per evaluation through a stream of its own, which is opened for the first
/// alert: most rules never have any. Unchanged alerts cost two stores. Not thread-safe.
class AlertSeries {
 public:
  /// `sink` outlives this; `name` is the stream's.
  AlertSeries(base::SampleSink& sink, std::string name) : sink_(&sink), name_(std::move(name)) {}

  /// Writes the pending and firing alerts of `table` at `t`: ALERTS{…,alertstate} 1 and
  /// ALERTS_FOR_STATE{…} with the seconds of active_at. A changed state ends the other series.
  /// DIFFERS: the labels are the alert's, where upstream lays them over the rule's unexpanded ones.
  base::Result<base::CommitStats> write(AlertTable& table, base::TimestampMs t);
  /// The alert is about to be forgotten: its series end with the next write.
  void end(AlertInstance& alert);
  /// Stale markers for everything at `t`.
  base::Status close(base::TimestampMs t) {
    return writer_ == nullptr ? base::Status() : writer_->close(t);
  }

 private:
  /// Gives every alert the rows of its state, or none.
  base::Status place_rows(AlertTable& table);
  base::Status add_rows(AlertTable& table);

  base::SampleSink* sink_;
  std::string name_;
  std::unique_ptr<base::StreamWriter> writer_;  ///< Null: no alert has had series.
  bool column_due_ = false;          ///< Series ended that still need a column to end with.
  std::vector<AlertSlot> new_rows_;  ///< Alerts that need rows.
  std::vector<base::Labels> new_labels_;
};

}  // namespace tocsin::rules

#include "rules/alert_series.h"

#include <string>

namespace tocsin::rules {
namespace {

base::Labels series_labels(const base::Labels& alert, std::string_view metric,
                           std::string_view state) {
  base::LabelsBuilder builder(alert);
  builder.set(base::kMetricName, metric);
  if (!state.empty()) builder.set("alertstate", state);
  return builder.build();
}

double unix_seconds(base::TimestampMs t) {
  const base::TimestampMs whole = t / base::kSecond - (t % base::kSecond < 0 ? 1 : 0);
  return static_cast<double>(whole);
}

}  // namespace

void AlertSeries::end(AlertInstance& alert) {
  if (alert.written_state == AlertState::kNone) return;
  writer_->remove_series(alert.alerts_row);
  writer_->remove_series(alert.for_state_row);
  alert.written_state = AlertState::kNone;
  column_due_ = true;
}

base::Status AlertSeries::place_rows(AlertTable& table) {
  new_rows_.clear();
  std::vector<AlertInstance>& alerts = table.slots();
  for (AlertSlot slot = 0; slot < alerts.size(); ++slot) {
    AlertInstance& alert = alerts[slot];
    const AlertState wanted = alert.times.is_active() ? alert.times.state : AlertState::kNone;
    if (wanted == alert.written_state) continue;
    if (wanted == AlertState::kNone) {
      end(alert);
    } else {
      new_rows_.push_back(slot);
    }
  }
  return new_rows_.empty() ? base::Status() : add_rows(table);
}

base::Status AlertSeries::add_rows(AlertTable& table) {
  // One call for all: the store places series of one metric side by side.
  new_labels_.clear();
  for (const AlertSlot slot : new_rows_) {
    const AlertInstance& alert = table.slots()[slot];
    new_labels_.push_back(series_labels(alert.labels, "ALERTS", to_string(alert.times.state)));
  }
  for (const AlertSlot slot : new_rows_) {
    const AlertInstance& alert = table.slots()[slot];
    if (alert.written_state != AlertState::kNone) continue;  // It has its ALERTS_FOR_STATE row.
    new_labels_.push_back(series_labels(alert.labels, "ALERTS_FOR_STATE", ""));
  }
  if (writer_ == nullptr) writer_ = sink_->open_stream(name_);
  ASSIGN_OR_RETURN(base::WriterRow row, writer_->add_series(new_labels_));
  base::WriterRow for_state_row = row + static_cast<base::WriterRow>(new_rows_.size());
  for (const AlertSlot slot : new_rows_) {
    AlertInstance& alert = table.slots()[slot];
    if (alert.written_state == AlertState::kNone) {
      alert.for_state_row = for_state_row++;
    } else {
      writer_->remove_series(alert.alerts_row);
    }
    alert.alerts_row = row++;
    alert.written_state = alert.times.state;
  }
  return {};
}

base::Result<base::CommitStats> AlertSeries::write(AlertTable& table, base::TimestampMs t) {
  RETURN_IF_ERROR(place_rows(table));
  bool any = column_due_;
  for (const AlertInstance& alert : table.slots()) {
    any = any || alert.written_state != AlertState::kNone;
  }
  if (!any) return base::CommitStats{};
  ASSIGN_OR_RETURN(const std::span<double> column, writer_->begin(t));
  for (const AlertInstance& alert : table.slots()) {
    if (alert.written_state == AlertState::kNone) continue;
    column[alert.alerts_row] = 1;
    column[alert.for_state_row] = unix_seconds(alert.times.active_at);
  }
  auto committed = writer_->commit();
  if (committed) column_due_ = false;
  return committed;
}

}  // namespace tocsin::rules

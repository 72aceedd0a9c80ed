#include "rules/alerting_rule.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "rules/generator_url.h"

namespace tocsin::rules {

using base::Code;
using base::Status;

namespace {

base::HistogramPtr histogram_of(const promql::InstantFrame& frame, uint32_t row) {
  return frame.histograms.empty() ? nullptr : frame.histograms[row];
}

}  // namespace

base::Result<std::unique_ptr<AlertingRule>> AlertingRule::make(const RuleSpec& spec,
                                                               TextPairs labels,
                                                               AlertingParts parts) {
  ASSIGN_OR_RETURN(
      AlertTemplates templates,
      AlertTemplates::compile(spec.name, labels, spec.annotations, parts.templates->functions()));
  return std::unique_ptr<AlertingRule>(
      new AlertingRule(spec, std::move(labels), std::move(parts), std::move(templates)));
}

AlertingRule::AlertingRule(const RuleSpec& spec, TextPairs labels, AlertingParts parts,
                           AlertTemplates templates)
    : Rule(spec, std::move(labels)),
      query_(std::move(parts.query)),
      host_(std::move(parts.templates)),
      clock_(parts.clock),
      timing_{spec.hold, spec.keep_firing_for},
      resend_delay_(parts.resend_delay),
      limit_(parts.limit),
      suits_early_(parts.early_allowed && spec.hold == 0 && query_.is_row_wise()),
      templates_(std::move(templates)),
      generator_url_(generator_url(host_->names().url, spec.query)),
      series_(std::move(parts.series)) {}

Status AlertingRule::evaluate(const RulePass& pass, std::vector<base::Alert>& due) {
  ASSIGN_OR_RETURN(const promql::InstantFrame frame, query_.run(pass.query_ts));
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(match_rows(frame, pass.ts));
  take_samples(frame, pass.ts);
  RETURN_IF_ERROR(advance(pass.ts));
  collect_due(pass, due);
  return {};
}

base::Result<bool> AlertingRule::early(const RulePass& pass, std::vector<base::Alert>& due) {
  ASSIGN_OR_RETURN(const promql::InstantFrame frame, query_.run(pass.query_ts));
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(match_rows(frame, pass.ts));
  std::erase_if(hits_,
                [this](const Hit& hit) { return table_.slots()[hit.slot].times.is_active(); });
  if (hits_.empty()) return false;
  const auto fresh = static_cast<int64_t>(hits_.size());
  if (limit_ > 0 && active_alerts() + fresh > limit_) {
    drop_new_alerts();  // What a breached limit means is for the slot to say.
    return false;
  }
  take_samples(frame, pass.ts);
  for (const Hit& hit : hits_) {
    AlertInstance& alert = table_.slots()[hit.slot];
    alert.times = next_times(alert.times, true, pass.ts, timing_);
    alert.times.last_sent_at = pass.ts;
    due.push_back(alert_to_send(alert, pass));
  }
  return true;
}

int64_t AlertingRule::active_alerts() const {
  const std::vector<AlertInstance>& alerts = table_.slots();
  return std::count_if(alerts.begin(), alerts.end(),
                       [](const AlertInstance& alert) { return alert.times.is_active(); });
}

Status AlertingRule::match_rows(const promql::InstantFrame& frame, base::TimestampMs ts) {
  table_.begin_pass(frame.schema->id, frame.schema->labels.size());
  hits_.clear();
  for (size_t word = 0; word < frame.present.size(); ++word) {
    for (uint64_t bits = frame.present[word]; bits != 0; bits &= bits - 1) {
      const auto row = static_cast<uint32_t>(word * 64 + std::countr_zero(bits));
      if (Status matched = match_row(frame, row, ts); !matched) {
        drop_new_alerts();
        return matched;
      }
    }
  }
  return {};
}

/// Only when nothing can fail any more.
void AlertingRule::take_samples(const promql::InstantFrame& frame, base::TimestampMs ts) {
  for (const Hit& hit : hits_) {
    AlertInstance& alert = table_.slots()[hit.slot];
    if (alert.sample_row != hit.row) alert.sample.labels = frame.schema->labels.one(hit.row);
    alert.sample_row = hit.row;
    alert.sample.histogram = histogram_of(frame, hit.row);
    alert.sample.value = alert.sample.histogram == nullptr ? frame.values[hit.row] : 0;
    alert.sample_ts = ts;
  }
}

Status AlertingRule::match_row(const promql::InstantFrame& frame, uint32_t row,
                               base::TimestampMs ts) {
  AlertSlot slot = templates_.labels_vary() ? kNoSlot : table_.known_slot(row);
  if (slot == kNoSlot) {
    const AlertSample sample{frame.schema->labels.one(row), frame.values[row],
                             histogram_of(frame, row)};
    slot = table_.slot_for(templates_.labels(sample, *host_, ts), row);
  }
  AlertInstance& alert = table_.slots()[slot];
  if (alert.seen_pass == table_.pass()) {
    return {Code::kInvalid,
            "vector contains metrics with the same labelset after applying alert labels"};
  }
  alert.seen_pass = table_.pass();
  hits_.push_back({slot, row});
  return {};
}

void AlertingRule::drop_new_alerts() {
  for (AlertSlot slot = 0; slot < table_.slots().size(); ++slot) {
    const bool is_new = table_.slots()[slot].times.state == AlertState::kNone;
    if (is_new && table_.is_used(slot)) table_.erase(slot);
  }
}

Status AlertingRule::advance(base::TimestampMs ts) {
  int64_t active = 0;
  for (AlertSlot slot = 0; slot < table_.slots().size(); ++slot) {
    if (!table_.is_used(slot)) continue;
    AlertInstance& alert = table_.slots()[slot];
    alert.times = next_times(alert.times, alert.seen_pass == table_.pass(), ts, timing_);
    if (alert.times.is_active()) ++active;
    if (alert.times.state != AlertState::kNone) continue;
    series_.end(alert);
    table_.erase(slot);
  }
  if (limit_ <= 0 || active <= limit_) return {};
  for (AlertInstance& alert : table_.slots()) series_.end(alert);
  table_.clear();
  return {Code::kLimit, "exceeded limit of " + std::to_string(limit_) + " with " +
                            std::to_string(active) + " alerts"};
}

void AlertingRule::collect_due(const RulePass& pass, std::vector<base::Alert>& due) {
  for (AlertInstance& alert : table_.slots()) {
    if (!needs_sending(alert.times, pass.ts, resend_delay_)) continue;
    alert.times.last_sent_at = pass.ts;
    due.push_back(alert_to_send(alert, pass));
  }
}

base::Alert AlertingRule::alert_to_send(const AlertInstance& instance, const RulePass& pass) const {
  base::Alert alert;
  base::LabelsBuilder labels(instance.labels);
  const base::Labels& external = host_->names().labels;
  for (size_t i = 0; i < external.size(); ++i) {
    const auto [name, value] = external[i];
    if (labels.get(name).empty()) labels.set(name, value);
  }
  alert.labels = labels.build();
  alert.annotations = templates_.annotations(instance.sample, *host_, instance.sample_ts);
  alert.starts_at = instance.times.fired_at;
  alert.ends_at = instance.times.resolved_at != kNever
                      ? instance.times.resolved_at
                      : valid_until(pass.ts, pass.interval, resend_delay_);
  alert.generator_url = generator_url_;
  alert.updated_at = clock_.now();
  return alert;
}

base::Result<base::CommitStats> AlertingRule::write(const RulePass& pass) {
  const std::lock_guard lock(mutex_);
  return series_.write(table_, pass.query_ts);
}

void AlertingRule::adopt(Rule& old) {
  auto& other = static_cast<AlertingRule&>(old);
  const std::scoped_lock lock(mutex_, other.mutex_);
  table_ = std::exchange(other.table_, {});
  table_.forget_rows();
  series_ = std::move(other.series_);
}

Status AlertingRule::end_series(base::TimestampMs t) { return series_.close(t); }

RuleView AlertingRule::view(bool with_alerts) const {
  RuleView view = basic_view();
  view.state = view.last_evaluation ? AlertState::kInactive : AlertState::kNone;
  std::vector<AlertInstance> active;
  {
    const std::lock_guard lock(mutex_);
    for (const AlertInstance& alert : table_.slots()) {
      if (view.last_evaluation) view.state = std::max(view.state, alert.times.state);
      if (with_alerts && alert.times.is_active()) active.push_back(alert);
    }
  }
  // Rendered outside the lock: an evaluation does not wait for readers.
  for (const AlertInstance& alert : active) {
    AlertView& out = view.alerts.emplace_back();
    out.labels = alert.labels;
    out.annotations = templates_.annotations(alert.sample, *host_, alert.sample_ts);
    out.state = alert.times.state;
    out.active_at = alert.times.active_at;
    if (alert.times.keep_firing_since != kNever) {
      out.keep_firing_since = alert.times.keep_firing_since;
    }
    out.value = alert.sample.value;
  }
  std::sort(view.alerts.begin(), view.alerts.end(),
            [](const AlertView& a, const AlertView& b) { return a.labels < b.labels; });
  return view;
}

}  // namespace tocsin::rules

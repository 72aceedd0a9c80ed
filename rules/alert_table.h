// The alerts of one rule, found by result row while the rows stay, by labels when they change.
#pragma once

#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/sample_sink.h"
#include "rules/alert_state.h"
#include "rules/alert_templates.h"

namespace tocsin::rules {

/// Index of an alert in its table; reused after the alert is forgotten.
using AlertSlot = uint32_t;
inline constexpr AlertSlot kNoSlot = std::numeric_limits<AlertSlot>::max();

inline constexpr uint32_t kNoRow = std::numeric_limits<uint32_t>::max();

/// One alert, or a free slot when its state is kNone between evaluations.
struct AlertInstance {
  base::Labels labels;  ///< Identity.
  AlertSample sample;   ///< Of the last evaluation that had it: what annotations speak of.
  base::TimestampMs sample_ts = 0;
  AlertTimes times;
  uint64_t seen_pass = 0;        ///< The last pass that had it in its result.
  uint32_t row = 0;              ///< Its row there.
  uint32_t sample_row = kNoRow;  ///< The row whose labels `sample` has; kNoRow: of older rows.
  /// The state that its ALERTS series shows (kNone: it has none), and the writer's rows.
  AlertState written_state = AlertState::kNone;
  base::WriterRow alerts_row = 0;
  base::WriterRow for_state_row = 0;
};

/// Not thread-safe.
class AlertTable {
 public:
  /// Starts a pass over a result with these rows; what was learnt about rows holds while
  /// `schema_id` stays.
  void begin_pass(uint64_t schema_id, size_t rows);
  /// The next result is another query's: its rows mean nothing yet.
  void forget_rows() { has_schema_ = false; }
  uint64_t pass() const { return pass_; }

  /// The alert of a row, when known from an earlier pass; else kNoSlot.
  AlertSlot known_slot(uint32_t row) const;
  /// The alert with these labels, created with state kNone when there is none; remembered for
  /// `row`.
  AlertSlot slot_for(const base::Labels& labels, uint32_t row);
  /// Forgets the alert.
  void erase(AlertSlot slot);
  void clear();

  /// All slots, free ones too: those have empty labels.
  std::vector<AlertInstance>& slots() { return slots_; }
  const std::vector<AlertInstance>& slots() const { return slots_; }
  bool is_used(AlertSlot slot) const { return !slots_[slot].labels.empty(); }

 private:
  std::vector<AlertInstance> slots_;
  std::vector<AlertSlot> free_;
  std::unordered_map<base::Labels, AlertSlot, base::LabelsHash> by_labels_;
  uint64_t schema_id_ = 0;
  bool has_schema_ = false;
  size_t rows_ = 0;
  std::vector<AlertSlot> slot_of_row_;  // Empty: no row has an alert.
  uint64_t pass_ = 0;
};

}  // namespace tocsin::rules

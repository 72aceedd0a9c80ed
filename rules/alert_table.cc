#include "rules/alert_table.h"

namespace tocsin::rules {

void AlertTable::begin_pass(uint64_t schema_id, size_t rows) {
  ++pass_;
  if (has_schema_ && schema_id == schema_id_ && rows == rows_) return;
  has_schema_ = true;
  schema_id_ = schema_id;
  rows_ = rows;
  slot_of_row_.clear();
  for (AlertInstance& alert : slots_) alert.sample_row = kNoRow;
}

AlertSlot AlertTable::known_slot(uint32_t row) const {
  if (slot_of_row_.empty()) return kNoSlot;
  const AlertSlot slot = slot_of_row_[row];
  // Another row may have led to the same alert since, or the slot been given to another alert.
  if (slot == kNoSlot || !is_used(slot) || slots_[slot].row != row) return kNoSlot;
  return slot;
}

AlertSlot AlertTable::slot_for(const base::Labels& labels, uint32_t row) {
  const auto [found, is_new] = by_labels_.try_emplace(labels, kNoSlot);
  if (is_new) {
    if (free_.empty()) {
      found->second = static_cast<AlertSlot>(slots_.size());
      slots_.emplace_back();
    } else {
      found->second = free_.back();
      free_.pop_back();
    }
    slots_[found->second].labels = labels;
  }
  slot_of_row_.resize(rows_, kNoSlot);
  slot_of_row_[row] = found->second;
  // The row of an alert already seen in this pass stays: two rows collide, and the pass will fail.
  AlertInstance& alert = slots_[found->second];
  if (alert.seen_pass != pass_) alert.row = row;
  return found->second;
}

void AlertTable::erase(AlertSlot slot) {
  AlertInstance& alert = slots_[slot];
  if (alert.row < slot_of_row_.size() && slot_of_row_[alert.row] == slot) {
    slot_of_row_[alert.row] = kNoSlot;
  }
  by_labels_.erase(alert.labels);
  alert = {};
  free_.push_back(slot);
}

void AlertTable::clear() {
  for (AlertSlot slot = 0; slot < slots_.size(); ++slot) {
    if (is_used(slot)) erase(slot);
  }
}

}  // namespace tocsin::rules

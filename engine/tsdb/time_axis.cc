#include "engine/tsdb/time_axis.h"

namespace tocsin::tsdb {
namespace {

constexpr uint32_t kSharedTimes = 128;  // Half an hour at 15 s.
constexpr uint32_t kLonelyTimes = 32;

}  // namespace

AxisPoint AxisTable::find(base::TimestampMs t) const {
  if (const auto last = by_last_.find(t); last != by_last_.end()) {
    if (auto axis = last->second.lock(); axis && axis->last() == t) {
      const uint32_t index = axis->size() - 1;
      return {std::move(axis), index};
    }
  }
  if (const auto first = by_first_.find(t); first != by_first_.end()) {
    if (auto axis = first->second.lock()) return {std::move(axis), 0};
  }
  return {};
}

// The axis that was there before keeps its place: rows that look one up gather on the oldest.
bool AxisTable::claim(Map& map, base::TimestampMs t, const std::shared_ptr<TimeAxis>& axis) {
  std::weak_ptr<TimeAxis>& place = map[t];
  if (const auto held = place.lock(); held && held->last() >= t) return false;
  place = axis;
  return true;
}

AxisPoint AxisTable::create(base::TimestampMs t, bool is_shared) {
  auto axis = std::make_shared<TimeAxis>(is_shared ? kSharedTimes : kLonelyTimes);
  axis->push(t);
  if (is_shared) {
    claim(by_first_, t, axis);
    claim(by_last_, t, axis);
  }
  return {std::move(axis), 0};
}

void AxisTable::push(const std::shared_ptr<TimeAxis>& axis, base::TimestampMs t) {
  const auto place = by_last_.find(axis->last());
  const bool is_known = place != by_last_.end() && place->second.lock() == axis;
  if (is_known) by_last_.erase(place);
  axis->push(t);
  if (is_known) claim(by_last_, t, axis);
}

void AxisTable::sweep() {
  const auto is_gone = [](const auto& entry) { return entry.second.expired(); };
  std::erase_if(by_first_, is_gone);
  std::erase_if(by_last_, is_gone);
}

size_t AxisTable::bytes() const {
  size_t bytes = (by_first_.size() + by_last_.size()) * (sizeof(Map::value_type) + sizeof(void*));
  for (const auto& [t, axis] : by_first_) {
    if (const auto held = axis.lock()) bytes += held->capacity() * sizeof(base::TimestampMs);
  }
  return bytes;
}

}  // namespace tocsin::tsdb

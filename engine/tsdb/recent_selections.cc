#include "engine/tsdb/recent_selections.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin::tsdb {
namespace {

constexpr size_t kSelectionsMax = 64;
constexpr size_t kSeriesMax = 100'000;  // Some 60 bytes each.

}  // namespace

// What is let go is destroyed by the callers, outside the lock.

void RecentSelections::note(const std::shared_ptr<base::Selection>& selection, size_t series,
                            base::TimestampMs now) {
  if (series > kSeriesMax) return;
  std::vector<Entry> surplus;
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.selection == selection; });
  if (known != entries_.end()) {
    series_ -= known->series;
    std::rotate(known, std::next(known), entries_.end());
    entries_.pop_back();
  }
  entries_.push_back({selection, series, now});
  series_ += series;
  surplus = take_surplus();
}

std::vector<RecentSelections::Entry> RecentSelections::take_surplus() {
  auto kept = entries_.begin();
  size_t count = entries_.size();
  for (; count > kSelectionsMax || series_ > kSeriesMax; ++kept, --count) series_ -= kept->series;
  std::vector<Entry> surplus(std::make_move_iterator(entries_.begin()),
                             std::make_move_iterator(kept));
  entries_.erase(entries_.begin(), kept);
  return surplus;
}

void RecentSelections::drop_before(base::TimestampMs floor) {
  std::vector<Entry> dropped;
  const std::lock_guard lock(mutex_);
  const auto is_used = [floor](const Entry& entry) { return entry.used >= floor; };
  const auto old = std::stable_partition(entries_.begin(), entries_.end(), is_used);
  for (auto entry = old; entry != entries_.end(); ++entry) series_ -= entry->series;
  dropped.assign(std::make_move_iterator(old), std::make_move_iterator(entries_.end()));
  entries_.erase(old, entries_.end());
}

void RecentSelections::clear() {
  std::vector<Entry> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(entries_);
  series_ = 0;
}

}  // namespace tocsin::tsdb

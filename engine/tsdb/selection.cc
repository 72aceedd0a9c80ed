#include "engine/tsdb/selection.h"

#include <algorithm>

#include "engine/tsdb/match.h"

namespace tocsin::tsdb {

using base::Labels;

std::shared_ptr<const base::RowSet> StoreSelection::rows() {
  const std::lock_guard lock(mutex_);
  if (!is_changed_.load(std::memory_order_acquire)) return rows_;
  const std::lock_guard head_lock(head_->mutex);
  is_changed_.store(false, std::memory_order_relaxed);
  ids_.shrink_to_fit();  // Births come in bunches, and then none for long.
  std::shared_ptr<StoreRowSet> rows = place_rows(head_->index, ids_);
  // Places may move while the rows stay: readers then keep what they derived from the labels.
  const bool same_rows = rows_ && rows_->labels == rows->labels;
  rows->version = same_rows ? rows_->version : head_->next_version.fetch_add(1);
  rows_ = std::move(rows);
  return rows_;
}

base::Status StoreSelection::scan(const base::RowSet& rows, base::RowRange range,
                                  const base::ScanWindow& window,
                                  base::TileVisitor& visitor) const {
  const auto* set = dynamic_cast<const StoreRowSet*>(&rows);
  if (set == nullptr) {
    return {base::Code::kInternal, "scan of a row set that is not the store's own"};
  }
  head_->scan(*set, range, window, visitor);
  return {};
}

void StoreSelection::assign(std::vector<SeriesId> ids) {
  ids_ = std::move(ids);
  count_.store(ids_.size(), std::memory_order_relaxed);
}

void StoreSelection::on_new(SeriesId id, const Labels& labels) {
  if (!base::matches_all(matchers_, labels)) return;
  ids_.push_back(id);
  count_.store(ids_.size(), std::memory_order_relaxed);
  is_changed_.store(true, std::memory_order_release);
}

void StoreSelection::on_moved(const Labels& labels) {
  if (base::matches_all(matchers_, labels)) is_changed_.store(true, std::memory_order_release);
}

void StoreSelection::on_forgotten(const std::vector<SeriesId>& ids) {
  const size_t gone = std::erase_if(
      ids_, [&](SeriesId id) { return std::binary_search(ids.begin(), ids.end(), id); });
  if (gone == 0) return;
  count_.store(ids_.size(), std::memory_order_relaxed);
  is_changed_.store(true, std::memory_order_release);
}

// ---- Registry ----

std::shared_ptr<StoreSelection> SelectionRegistry::find(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second.lock();
}

void SelectionRegistry::add(const std::string& key,
                            const std::shared_ptr<StoreSelection>& selection) {
  by_key_[key] = selection;
  const SelectorParts parts = split(selection->matchers());
  (parts.metric ? by_metric_[*parts.metric] : nameless_).push_back(selection);
}

void SelectionRegistry::on_new(SeriesId id, const Labels& labels) const {
  const auto tell = [&](const List& list) {
    for (const auto& weak : list) {
      if (const auto selection = weak.lock()) selection->on_new(id, labels);
    }
  };
  const auto named = by_metric_.find(std::string(labels.metric_name()));
  if (named != by_metric_.end()) tell(named->second);
  tell(nameless_);
}

void SelectionRegistry::on_moved(const Labels& labels) const {
  const auto tell = [&](const List& list) {
    for (const auto& weak : list) {
      if (const auto selection = weak.lock()) selection->on_moved(labels);
    }
  };
  const auto named = by_metric_.find(std::string(labels.metric_name()));
  if (named != by_metric_.end()) tell(named->second);
  tell(nameless_);
}

void SelectionRegistry::on_forgotten(const std::vector<SeriesId>& ids) {
  for (const auto& [key, weak] : by_key_) {
    if (const auto selection = weak.lock()) selection->on_forgotten(ids);
  }
}

void SelectionRegistry::sweep() {
  const auto sweep_list = [](List& list) {
    std::erase_if(list, [](const auto& weak) { return weak.expired(); });
  };
  std::erase_if(by_key_, [](const auto& entry) { return entry.second.expired(); });
  sweep_list(nameless_);
  for (auto& [metric, list] : by_metric_) sweep_list(list);
  std::erase_if(by_metric_, [](const auto& entry) { return entry.second.empty(); });
}

}  // namespace tocsin::tsdb

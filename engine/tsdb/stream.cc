#include "engine/tsdb/stream.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/tsdb/column.h"

namespace tocsin::tsdb {

using base::Code;
using base::CommitStats;
using base::Result;
using base::Status;
using base::TimestampMs;
using base::WriterRow;

Stream::Stream(uint32_t number, std::string name, Epochs& epochs, std::shared_ptr<ChunkPool> pool)
    : number_(number),
      name_(std::move(name)),
      epochs_(epochs),
      pool_(std::move(pool)),
      buffer_(pool_),
      commons_(epochs),
      view_(std::make_shared<StreamView>()),
      published_(view_.get()) {}

// ---- Rows ----

std::pair<WriterRow, std::vector<SlotAddress>> Stream::add_rows(std::span<const NewRow> rows) {
  const std::lock_guard lock(mutex_);
  std::vector<base::Symbol> metrics;
  for (const NewRow& row : rows) {
    if (row.revive == nullptr) metrics.push_back(row.metric);
  }
  const std::vector<SlotAddress> fresh = space_.place(metrics);
  add_slabs();
  const WriterRow first = take_rows(static_cast<uint32_t>(rows.size()));
  std::vector<SlotAddress> places;
  places.reserve(rows.size());
  for (size_t i = 0, next = 0; i < rows.size(); ++i) {
    const SlotAddress at = rows[i].revive != nullptr ? *rows[i].revive : fresh[next++];
    const auto row = static_cast<WriterRow>(first + i);
    Slab& slab = *slabs_[at.slab()];
    slab.source[at.slot()] = row + 1;
    slab.series[at.slot()] = rows[i].series;
    ended_.erase(at.packed);
    rows_[row] = at;
    row_used_[row] = true;
    places.push_back(at);
  }
  return {first, std::move(places)};
}

// Consecutive rows: a gap among the free ones that is large enough, else new ones.
WriterRow Stream::take_rows(uint32_t count) {
  uint32_t length = 0;
  for (auto row = free_rows_.begin(); row != free_rows_.end(); ++row) {
    length = length > 0 && *std::prev(row) + 1 == *row ? length + 1 : 1;
    if (length < count) continue;
    const WriterRow first = *row + 1 - count;
    free_rows_.erase(free_rows_.find(first), std::next(row));
    return first;
  }
  const auto first = static_cast<WriterRow>(rows_.size());
  rows_.resize(rows_.size() + count);
  row_used_.resize(rows_.size(), false);
  buffer_.grow(rows_.size());
  return first;
}

void Stream::add_slabs() {
  const std::vector<uint32_t>& slots = space_.slab_slots();
  if (slabs_.size() == slots.size()) return;
  auto view = view_->successor();
  while (slabs_.size() < slots.size()) {
    slabs_.push_back(std::make_unique<Slab>(slots[slabs_.size()]));
    view->slabs.push_back({slots[view->slabs.size()], std::vector<ChunkRef>(view->axes.size())});
  }
  publish(std::move(view));
}

void Stream::remove_row(WriterRow row) {
  const std::lock_guard lock(mutex_);
  assert(row < rows_.size() && row_used_[row]);
  end_slot(rows_[row]);
  forget_row(row);
}

void Stream::hand_over(WriterRow row) {
  const std::lock_guard lock(mutex_);
  const SlotAddress at = rows_[row];
  slabs_[at.slab()]->source[at.slot()] = kNoSource;
  const auto loose = loose_.find(at.packed);
  if (loose != loose_.end()) loose->second.histogram_last = false;
  ended_[at.packed] = next_seq_;
  handed_over_.push_back(at);
  forget_row(row);
}

void Stream::forget_row(WriterRow row) {
  if (is_open_) buffer_[row + 1] = base::absent_marker();
  row_used_[row] = false;
  if (row < row_loose_.size()) row_loose_[row] = false;
  free_rows_.insert(row);
}

// Its last column is the next one if that will hold its stale marker, else the one before.
void Stream::end_slot(SlotAddress at) {
  Slab& slab = *slabs_[at.slab()];
  slab.source[at.slot()] = kNoSource;
  const bool had_value = slab.previous != nullptr && base::is_value(slab.previous[at.slot()]);
  const auto loose = loose_.find(at.packed);
  const bool had_histogram = loose != loose_.end() && loose->second.histogram_last;
  const bool gets_marker = had_value || had_histogram;
  ended_[at.packed] = gets_marker ? kAtNextCommit : next_seq_;
  if (gets_marker) ending_.push_back(at.packed);
}

void Stream::remove_all_rows() {
  for (const WriterRow row : live_rows()) remove_row(row);
}

bool Stream::has_row(WriterRow row) const { return row < rows_.size() && row_used_[row]; }

WriterRow Stream::row_at(SlotAddress at) const {
  const std::lock_guard lock(mutex_);
  const uint32_t source = slabs_[at.slab()]->source[at.slot()];
  return source == kNoSource ? base::kNoRow : source - 1;
}

std::vector<WriterRow> Stream::live_rows() const {
  std::vector<WriterRow> rows;
  for (WriterRow row = 0; row < rows_.size(); ++row) {
    if (row_used_[row]) rows.push_back(row);
  }
  return rows;
}

void Stream::end() {
  abandon();
  remove_all_rows();
  const std::lock_guard lock(mutex_);
  for (auto& [at, seq] : ended_) seq = std::min(seq, next_seq_);
  ending_ = std::vector<uint32_t>();
  for (const auto& slab : slabs_) {
    slab->open.reset();
    slab->last.reset();
    slab->previous = nullptr;
  }
  free_rows_.clear();
  rows_ = std::vector<SlotAddress>();
  row_used_ = std::vector<bool>();
  has_writer_ = false;
}

SeriesId Stream::series_of(SlotAddress at) const {
  const std::lock_guard lock(mutex_);
  return slabs_[at.slab()]->series[at.slot()];
}

// ---- Columns ----

Status Stream::begin(TimestampMs t) {
  if (is_open_) return Status(Code::kInvalid, "stream " + name_ + ": a column is open already");
  if (t <= last_t_) {
    return Status(Code::kInvalid, "stream " + name_ + ": column of " + std::to_string(t) +
                                      " ms is not later than the last one, " +
                                      std::to_string(last_t_) + " ms");
  }
  is_open_ = true;
  open_t_ = t;
  buffer_.open(rows_.size());
  return {};
}

void Stream::abandon() {
  is_open_ = false;
  drop_pending();
  buffer_.close();
}

Result<CommitStats> Stream::commit() {
  if (!is_open_) return commit_loose_alone();
  CommitStats stats;
  {
    const std::lock_guard lock(mutex_);
    if (!loose_.empty()) {
      refuse_late_values(stats);
      commit_loose(stats);
    }
    fill_slabs(stats);
    if (!loose_.empty()) settle_loose(stats);
    unmark_handed_over(stats);
    Axis& axis = *view_->axes.back();
    const uint32_t c = axis.columns.load(std::memory_order_relaxed);
    axis.t[c] = open_t_;
    ++next_seq_;
    for (const uint32_t at : ending_) {
      const auto ended = ended_.find(at);
      if (ended != ended_.end()) ended->second = next_seq_;
    }
    ending_.clear();
    axis.columns.store(c + 1, std::memory_order_release);
    CommitStamp& stamp = (*axis.stamps)[c];
    if (!pending_.empty()) show_loose({view_->axes.back(), &stamp});
    // Everything above becomes visible here, at once.
    stamp.settle(epochs_);
    if (!pending_.empty()) published_loose();
  }
  last_t_ = open_t_;
  abandon();
  return stats;
}

Result<CommitStats> Stream::commit_loose_alone() {
  if (pending_.empty()) {
    return base::Error{Code::kInvalid, "stream " + name_ + ": nothing to commit"};
  }
  CommitStats stats;
  const std::lock_guard lock(mutex_);
  commit_loose(stats);
  const auto stamp = std::make_shared<CommitStamp>();
  show_loose(stamp);
  stamp->settle(epochs_);
  published_loose();
  drop_pending();
  return stats;
}

void Stream::fill_slabs(CommitStats& stats) {
  std::shared_ptr<StreamView> edited;
  const auto edit = [&]() -> StreamView& {
    if (!edited) edited = view_->successor();
    return *edited;
  };
  const bool is_full =
      view_->axes.empty() || view_->axes.back()->frozen || view_->axes.back()->is_full();
  if (is_full) roll_axis(edit());
  const uint32_t c = is_full ? 0 : view_->axes.back()->columns.load(std::memory_order_relaxed);
  for (size_t i = 0; i < slabs_.size(); ++i) {
    Slab& slab = *slabs_[i];
    if (!slab.open && !column_needed(slab.source, buffer_.data(), slab.previous)) {
      slab.previous = nullptr;
      slab.last.reset();
      continue;
    }
    if (!slab.open) {
      slab.open = std::make_shared<RawChunk>(static_cast<uint32_t>(slab.source.size()), c, pool_);
      edit().slabs[i].chunks.back().set_raw(slab.open);
    }
    const ColumnCounts counts =
        fill_column(slab.source, buffer_.data(), slab.previous, *slab.open, c);
    slab.last = slab.open;
    slab.previous = slab.open->column(c);
    stats.samples += counts.samples;
    stats.stale += counts.stale;
  }
  if (edited) publish(std::move(edited));
}

// Takes back the markers that filling the column gave to rows without a source.
void Stream::unmark_handed_over(CommitStats& stats) {
  const uint32_t c = view_->axes.back()->columns.load(std::memory_order_relaxed);
  for (const SlotAddress at : std::exchange(handed_over_, {})) {
    const Slab& slab = *slabs_[at.slab()];
    if (!slab.open) continue;
    double& value = slab.open->column(c)[at.slot()];
    if (!base::is_stale(value)) continue;
    value = base::absent_marker();
    --stats.stale;
  }
}

void Stream::roll_axis(StreamView& view) {
  auto axis = std::make_shared<Axis>();
  axis->stamps = std::make_unique<std::array<CommitStamp, kRawColumns>>();
  axis->first_seq = next_seq_;
  if (next_seq_ == 0) {
    // Targets start together; blocks of all sizes at first, and the streams fill and freeze theirs
    // in turn from then on, so that few of them hold many raw chunks at once.
    axis->capacity = kRawColumns - number_ % kRawColumns;
    axis->freezes_alone = number_ / kRawColumns % 2 == 1;
  }
  view.axes.push_back(std::move(axis));
  for (SlabView& slab : view.slabs) slab.chunks.emplace_back();
  for (const auto& slab : slabs_) slab->open.reset();
}

void Stream::publish(std::shared_ptr<StreamView> view) {
  published_.store(view.get(), std::memory_order_seq_cst);
  view->stamp.settle(epochs_);
  epochs_.retire(std::exchange(view_, std::move(view)));
}

// ---- Reading ----

StreamSnapshot Stream::snapshot(uint64_t moment) const {
  const StreamView* view = published_.load(std::memory_order_seq_cst);
  while (!view->stamp.is_before(moment, epochs_) && view->older != nullptr) view = view->older;
  const LooseCommit* loose = newest_loose_.load(std::memory_order_seq_cst);
  while (loose != nullptr && !loose->stamp->is_before(moment, epochs_)) loose = loose->older;
  return {view, view->end_seq(moment, epochs_), loose == nullptr ? 0 : loose->seq};
}

SlotParts Stream::parts_of(SlotAddress at) const {
  const std::lock_guard lock(mutex_);
  const Slab& slab = *slabs_[at.slab()];
  const LooseState* loose = slab.loose.empty() ? nullptr : slab.loose[at.slot()];
  return {&slab.tenancy, loose == nullptr ? nullptr : loose->row.get()};
}

bool Stream::is_ended(SlotAddress at) const {
  const std::lock_guard lock(mutex_);
  return ended_.contains(at.packed);
}

}  // namespace tocsin::tsdb

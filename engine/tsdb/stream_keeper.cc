// The part of a stream that its owner's housekeeping calls: compression and retention.
#include <algorithm>

#include "engine/tsdb/stream.h"

namespace tocsin::tsdb {
namespace {

using Axes = std::span<const std::shared_ptr<Axis>>;

// The axes that freeze together, beginning with the first of `axes`, if they are full.
Axes next_to_freeze(Axes axes) {
  if (axes.empty() || !axes[0]->is_full()) return {};
  if (axes[0]->freezes_alone) return axes.first(1);
  return axes.size() < 2 || !axes[1]->is_full() ? Axes() : axes.first(2);
}

std::shared_ptr<Axis> join(Axes axes) {
  auto joined = std::make_shared<Axis>();
  joined->first_seq = axes.front()->first_seq;
  joined->frozen = true;
  joined->capacity = 0;
  for (const auto& axis : axes) {
    std::copy_n(axis->t.begin(), axis->capacity, joined->t.begin() + joined->capacity);
    joined->capacity += axis->capacity;
  }
  joined->columns.store(joined->capacity, std::memory_order_relaxed);
  return joined;
}

ChunkRef freeze_chunks(std::span<const ChunkRef> chunks, Axes axes) {
  std::vector<const double*> columns;
  uint32_t slots = 0;
  for (size_t i = 0; i < chunks.size(); ++i) {
    const RawChunk* raw = chunks[i].raw.get();
    if (raw != nullptr) slots = raw->slots();
    for (uint32_t c = 0; c < axes[i]->capacity; ++c) {
      columns.push_back(raw == nullptr ? nullptr : raw->column(c));
    }
  }
  if (slots == 0) return {};
  ChunkRef frozen;
  frozen.frozen = std::make_shared<const FrozenChunk>(columns, slots);
  return frozen;
}

}  // namespace

void Stream::freeze() {
  // The newest column at least, which every instant query reads.
  const ColumnSeq columns_kept =
      std::clamp<ColumnSeq>(reach_.end_round(), 1, kRawBlocksKept * kRawColumns);
  while (freeze_next(columns_kept)) {
  }
  freeze_loose();
}

bool Stream::freeze_next(ColumnSeq columns_kept) {
  std::shared_ptr<StreamView> before;
  size_t first = 0;
  Axes due;
  {
    const std::lock_guard lock(mutex_);
    const auto& axes = view_->axes;
    first = static_cast<size_t>(
        std::find_if(axes.begin(), axes.end(), [](const auto& a) { return !a->frozen; }) -
        axes.begin());
    due = next_to_freeze(Axes(axes).subspan(first));
    if (due.empty()) return false;
    const ColumnSeq end = due.back()->first_seq + due.back()->capacity;
    if (next_seq_ < end + columns_kept) return false;
    before = view_;
  }
  // Full chunks do not change any more: compressed without the lock, while the writer goes on.
  std::vector<ChunkRef> frozen;
  for (const SlabView& slab : before->slabs) {
    frozen.push_back(freeze_chunks(std::span(slab.chunks).subspan(first, due.size()), due));
  }
  const std::lock_guard lock(mutex_);
  auto view = view_->successor();
  // What follows `first` goes.
  const auto begin = static_cast<ptrdiff_t>(first) + 1;
  const auto end = static_cast<ptrdiff_t>(first + due.size());
  view->axes[first] = join(due);
  view->axes.erase(view->axes.begin() + begin, view->axes.begin() + end);
  for (size_t i = 0; i < view->slabs.size(); ++i) {
    auto& chunks = view->slabs[i].chunks;
    chunks[first] = i < frozen.size() ? std::move(frozen[i]) : ChunkRef{};
    chunks.erase(chunks.begin() + begin, chunks.begin() + end);
  }
  publish(std::move(view));
  return true;
}

std::vector<ExpiredSlot> Stream::expire(base::TimestampMs floor) {
  const std::lock_guard lock(mutex_);
  const auto& axes = view_->axes;
  const auto is_kept = [&](const std::shared_ptr<Axis>& axis) {
    const bool may_grow = has_writer_ && axis == axes.back();
    return may_grow || axis->last_t() >= floor;
  };
  const auto dropped = std::find_if(axes.begin(), axes.end(), is_kept) - axes.begin();
  if (dropped > 0) {
    auto view = view_->successor();
    view->axes.erase(view->axes.begin(), view->axes.begin() + dropped);
    for (auto& [slots, chunks] : view->slabs) {
      chunks.erase(chunks.begin(), chunks.begin() + dropped);
    }
    publish(std::move(view));
  }
  first_seq_.follow(view_->axes.empty() ? next_seq_ : view_->axes.front()->first_seq, epochs_);
  // A slot gets a new tenant when nobody is left who sees columns of the last one.
  const auto first_seq = static_cast<ColumnSeq>(first_seq_.get());
  std::vector<ExpiredSlot> expired;
  drop_loose_before(floor);
  for (auto ended = ended_.begin(); ended != ended_.end();) {
    const auto [packed, end_seq] = *ended;
    const auto loose = loose_.find(packed);
    const bool has_loose = loose != loose_.end() && !loose->second.row->empty();
    if (end_seq > first_seq || has_loose) {
      ++ended;
      continue;
    }
    const SlotAddress at{packed};
    expired.push_back({at, slabs_[at.slab()]->series[at.slot()]});
    recycle(at);
    forget_loose(at);
    ended = ended_.erase(ended);
  }
  return expired;
}

void Stream::recycle(SlotAddress at) {
  Tenancy& tenancy = slabs_[at.slab()]->tenancy;
  if (!tenancy.recycled_at) {
    tenancy.recycled_at =
        std::make_unique<std::atomic<uint32_t>[]>(slabs_[at.slab()]->source.size());
  }
  const uint32_t now = tenancy.recycles.load(std::memory_order_relaxed) + 1;
  tenancy.recycled_at[at.slot()].store(now, std::memory_order_relaxed);
  tenancy.recycles.store(now, std::memory_order_release);
  space_.release(at);
}

bool Stream::is_spent() const {
  const std::lock_guard lock(mutex_);
  return !has_writer_ && ended_.empty() && view_->axes.empty();
}

StreamStats Stream::stats() const {
  const std::lock_guard lock(mutex_);
  StreamStats stats;
  stats.axes = view_->axes.size();
  stats.bytes =
      sizeof *this + rows_.capacity() * sizeof(SlotAddress) + view_->axes.size() * sizeof(Axis);
  for (const auto& slab : slabs_) {
    stats.bytes += sizeof(Slab) + slab->source.size() * (sizeof(uint32_t) + sizeof(SeriesId));
  }
  for (const auto& [slots, chunks] : view_->slabs) {
    stats.bytes += chunks.capacity() * sizeof(ChunkRef);
    for (const ChunkRef& chunk : chunks) {
      if (chunk.raw) stats.bytes += chunk.raw->bytes();
      if (chunk.frozen) stats.bytes += chunk.frozen->bytes();
      stats.raw_chunks += chunk.raw ? 1 : 0;
      stats.frozen_chunks += chunk.frozen ? 1 : 0;
    }
  }
  for (const auto& [at, state] : loose_) {
    stats.bytes += sizeof state + state.row->bytes();
    stats.loose_pieces += state.row->pieces();
  }
  stats.bytes += commons_.axes.bytes();
  return stats;
}

}  // namespace tocsin::tsdb

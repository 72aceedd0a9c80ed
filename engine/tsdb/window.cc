#include "engine/tsdb/window.h"

#include <algorithm>

#include "engine/base/sample.h"
#include "engine/tsdb/column_flags.h"

namespace tocsin::tsdb {

namespace {

uint32_t published_columns(const StreamSnapshot& snapshot, const Axis& axis) {
  return std::min(axis.capacity, snapshot.end_seq - axis.first_seq);
}

}  // namespace

void Window::assign_newest(const StreamSnapshot& snapshot, const base::ScanWindow& time) {
  spans.clear();
  t.clear();
  const auto& axes = snapshot.view->axes;
  for (size_t a = axes.size(); a-- > 0;) {
    const Axis& axis = *axes[a];
    uint32_t end = published_columns(snapshot, axis);
    while (end > 0 && axis.t[end - 1] > time.to) --end;
    if (end == 0) continue;
    if (axis.t[end - 1] <= time.from) return;
    spans.push_back({static_cast<uint32_t>(a), end - 1, end});
    t.push_back(axis.t[end - 1]);
    return;
  }
}

void Window::assign(const StreamSnapshot& snapshot, const base::ScanWindow& time) {
  spans.clear();
  t.clear();
  const auto& axes = snapshot.view->axes;
  size_t first = axes.size();
  while (first > 0) {
    const Axis& axis = *axes[first - 1];
    const uint32_t columns = published_columns(snapshot, axis);
    if (columns > 0 && axis.t[columns - 1] <= time.from) break;
    --first;
  }
  for (size_t a = first; a < axes.size(); ++a) {
    const Axis& axis = *axes[a];
    const base::TimestampMs* begin = axis.t.data();
    const base::TimestampMs* end = begin + published_columns(snapshot, axis);
    const auto* low = std::upper_bound(begin, end, time.from);
    const auto* high = std::upper_bound(low, end, time.to);
    if (low == high) continue;
    spans.push_back({static_cast<uint32_t>(a), static_cast<uint32_t>(low - begin),
                     static_cast<uint32_t>(high - begin)});
    t.insert(t.end(), low, high);
  }
}

void WindowReader::read(const StreamView& view, const Window& window, SlotAddress at,
                        uint32_t count) {
  values_.clear();
  gaps_.clear();
  drops_.clear();
  decoded_used_ = 0;
  // The slab may be younger than the snapshot.
  const SlabView* slab = at.slab() < view.slabs.size() ? &view.slabs[at.slab()] : nullptr;
  size_t frozen = 0;
  for (const AxisSpan& span : window.spans) {
    if (slab != nullptr && slab->chunks[span.axis].frozen) ++frozen;
  }
  // Grown before anything points into it.
  if (decoded_.size() < frozen * kFrozenColumns * count) {
    decoded_.resize(frozen * kFrozenColumns * count);
  }
  for (const AxisSpan& span : window.spans) {
    const ChunkRef* chunk = slab == nullptr ? nullptr : &slab->chunks[span.axis];
    if (chunk != nullptr && chunk->values != nullptr) {
      read_raw(*chunk, slab->slots, span, {at.slot(), count});
    } else if (chunk != nullptr && chunk->frozen) {
      read_frozen(*chunk->frozen, span, at.slot(), count);
    } else {
      read_absent(span);
    }
  }
}

void WindowReader::read_raw(const ChunkRef& chunk, uint32_t slab_slots, const AxisSpan& span,
                            SlotRange range) {
  const auto [slot, count] = range;
  const size_t base = values_.size();
  const uint32_t columns = span.end - span.begin;
  const double* first = chunk.values + size_t{span.begin} * slab_slots + slot;
  for (uint32_t c = 0; c < columns; ++c) values_.push_back(first + size_t{c} * slab_slots);
  gaps_.resize(base + columns, 0);
  drops_.resize(base + columns, 0);
  const uint32_t end = slot + count;
  for (uint32_t line = slot / kLanes; line * kLanes < end; ++line) {
    const uint32_t low = std::max(slot, line * kLanes) - line * kLanes;
    const uint32_t high = std::min(end, (line + 1) * kLanes) - line * kLanes;
    const auto mask = static_cast<uint8_t>((0xffu >> (kLanes - high)) & (0xffu << low));
    const LaneFlags& flags = chunk.flags[line];
    for (uint32_t c = 0; c < columns; ++c) {
      gaps_[base + c] = static_cast<uint8_t>(gaps_[base + c] | (flags.gaps[span.begin + c] & mask));
      drops_[base + c] =
          static_cast<uint8_t>(drops_[base + c] | (flags.drops[span.begin + c] & mask));
    }
  }
}

void WindowReader::read_frozen(const FrozenChunk& chunk, const AxisSpan& span, uint32_t slot,
                               uint32_t count) {
  double* decoded = decoded_.data() + decoded_used_;
  decoded_used_ += size_t{kFrozenColumns} * count;
  for (uint32_t i = 0; i < count; ++i) chunk.decode(slot + i, decoded + i, count);
  for (uint32_t c = span.begin; c < span.end; ++c) {
    const double* column = decoded + size_t{c} * count;
    const double* before = values_.empty() ? column : values_.back();
    const ColumnFlags flags = flags_of(column, before, count);
    values_.push_back(column);
    gaps_.push_back(flags.has_gap ? 1 : 0);
    drops_.push_back(flags.has_drop ? 1 : 0);
  }
}

void WindowReader::read_absent(const AxisSpan& span) {
  const uint32_t columns = span.end - span.begin;
  values_.insert(values_.end(), columns, absent_);
  gaps_.insert(gaps_.end(), columns, 1);
  drops_.insert(drops_.end(), columns, 0);
}

bool WindowReader::has_samples(uint32_t count) const {
  if (std::find(gaps_.begin(), gaps_.end(), 0) != gaps_.end()) return true;
  return std::any_of(values_.begin(), values_.end(), [count](const double* column) {
    return std::any_of(column, column + count, [](double v) { return !base::is_absent(v); });
  });
}

}  // namespace tocsin::tsdb

#include "engine/tsdb/slots.h"

#include <algorithm>
#include <numeric>

namespace tocsin::tsdb {
namespace {

// Later slabs get some room, so that a stream that grows row by row does not collect tiny ones.
constexpr uint32_t kGrowthSlotsMax = 256;

uint32_t round_up(uint32_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

struct RunOfRows {
  uint32_t first;  // In the rows sorted by metric.
  uint32_t count;
};

std::vector<RunOfRows> runs_of(std::span<const uint32_t> order,
                               std::span<const base::Symbol> metrics) {
  std::vector<RunOfRows> runs;
  for (uint32_t i = 0; i < order.size(); ++i) {
    const bool same = i > 0 && metrics[order[i]] == metrics[order[i - 1]];
    if (same && runs.back().count < kSlabSlotsMax) {
      ++runs.back().count;
    } else {
      runs.push_back({i, 1});
    }
  }
  // Long runs first: the short ones fill the holes that alignment leaves.
  std::stable_partition(runs.begin(), runs.end(),
                        [](const RunOfRows& run) { return run.count >= kLanes; });
  return runs;
}

}  // namespace

std::vector<SlotAddress> SlotSpace::place(std::span<const base::Symbol> metrics) {
  std::vector<uint32_t> order(metrics.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return metrics[a] < metrics[b]; });
  const std::vector<RunOfRows> runs = runs_of(order, metrics);
  uint64_t wanted = 0;
  for (const RunOfRows& run : runs) wanted += run.count >= kLanes ? round_up(run.count) : run.count;

  std::vector<SlotAddress> places(metrics.size());
  for (const RunOfRows& run : runs) {
    std::optional<SlotAddress> at = take(run.count);
    if (!at) {
      add_slab(static_cast<uint32_t>(std::min<uint64_t>(wanted, kSlabSlotsMax)));
      at = take(run.count);
    }
    for (uint32_t i = 0; i < run.count; ++i) places[order[run.first + i]] = {at->packed + i};
    wanted -= run.count >= kLanes ? round_up(run.count) : run.count;
  }
  return places;
}

std::optional<SlotAddress> SlotSpace::take(uint32_t count) {
  for (auto extent = free_.begin(); extent != free_.end(); ++extent) {
    const auto [start, length] = *extent;
    const uint32_t at = count >= kLanes ? round_up(start) : start;
    if (at + count > start + length) continue;
    free_.erase(extent);
    if (at > start) free_.emplace(start, at - start);
    if (at + count < start + length) free_.emplace(at + count, start + length - at - count);
    return SlotAddress{at};
  }
  return std::nullopt;
}

void SlotSpace::add_slab(uint32_t slots_wanted) {
  const uint32_t room = std::min(kGrowthSlotsMax, slots_ / 8);
  const uint32_t slots = std::min(round_up(std::max(slots_wanted, room)), kSlabSlotsMax);
  const auto slab = static_cast<uint32_t>(slab_slots_.size());
  slab_slots_.push_back(slots);
  slots_ += slots;
  add_free(SlotAddress::of(slab, 0).packed, slots);
}

void SlotSpace::release(SlotAddress address) { add_free(address.packed, 1); }

void SlotSpace::add_free(uint32_t start, uint32_t count) {
  auto next = free_.lower_bound(start);
  const bool at_slab_end = (start + count) % kSlabSlotsMax == 0;
  if (next != free_.end() && next->first == start + count && !at_slab_end) {
    count += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin() && start % kSlabSlotsMax != 0) {
    const auto before = std::prev(next);
    if (before->first + before->second == start) {
      before->second += count;
      return;
    }
  }
  free_.emplace(start, count);
}

}  // namespace tocsin::tsdb

#include "engine/tsdb/row_set.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace tocsin::tsdb {
namespace {

class RowPlacer {
 public:
  RowPlacer(const SeriesIndex& index, StoreRowSet& set) : index_(index), set_(set) {}

  void add(SeriesId id) {
    const Series& series = index_[id];
    const auto row = static_cast<uint32_t>(set_.labels.size());
    set_.labels.push_back(series.labels);
    if (series.more || series.first.is_loose) {
      MergedRow merged{row, {}};
      for (const Place& place : series.places()) merged.sources.push_back(source_of(place));
      set_.merged.push_back(std::move(merged));
      return;
    }
    if (!set_.runs.empty() && continues(set_.runs.back(), row, series.first)) {
      ++set_.runs.back().rows;
      return;
    }
    set_.runs.push_back({row, 1, source_of(series.first)});
  }

 private:
  bool continues(const RowRun& run, uint32_t row, const Place& place) const {
    return run.first_row + run.rows == row &&
           set_.streams[run.source.stream].get() == place.stream &&
           run.source.at.slab() == place.at.slab() &&
           run.source.at.packed + run.rows == place.at.packed;
  }

  Source source_of(const Place& place) {
    const auto [number, is_new] =
        numbers_.try_emplace(place.stream, static_cast<uint32_t>(set_.streams.size()));
    if (is_new) set_.streams.push_back(place.stream->shared_from_this());
    const Tenancy* tenancy = place.stream->tenancy_of(place.at);
    return {number->second, place.at, tenancy, tenancy->recycles.load(std::memory_order_acquire),
            place.is_loose ? place.stream->loose_of(place.at) : nullptr};
  }

  const SeriesIndex& index_;
  StoreRowSet& set_;
  std::unordered_map<const Stream*, uint32_t> numbers_;
};

}  // namespace

std::shared_ptr<StoreRowSet> place_rows(const SeriesIndex& index, std::span<const SeriesId> ids) {
  std::vector<std::tuple<uint32_t, SlotAddress, SeriesId>> order;
  order.reserve(ids.size());
  for (const SeriesId id : ids) {
    const Place& place = index[id].first;
    order.emplace_back(place.stream->number(), place.at, id);
  }
  std::sort(order.begin(), order.end());
  auto set = std::make_shared<StoreRowSet>();
  set->labels.reserve(ids.size());
  RowPlacer placer(index, *set);
  for (const auto& [stream, at, id] : order) placer.add(id);
  for (const auto& stream : set->streams) set->writers.push_back(stream->number());
  std::sort(set->writers.begin(), set->writers.end());
  return set;
}

}  // namespace tocsin::tsdb

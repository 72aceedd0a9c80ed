#include "engine/tsdb/row_set.h"

#include <algorithm>
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
    const Place first = series.first();
    if (!series.has_many_places() && !first.is_loose) return add_to_runs(row, first);
    const auto begin = static_cast<uint32_t>(set_.sources.size());
    for (const Place& place : series.places()) set_.sources.push_back(source_of(place));
    set_.merged.push_back({row, begin, static_cast<uint32_t>(set_.sources.size())});
  }

 private:
  void add_to_runs(uint32_t row, const Place& place) {
    if (!set_.runs.empty() && continues(set_.runs.back(), row, place)) {
      ++set_.runs.back().rows;
    } else {
      set_.runs.push_back({row, 1, source_of(place)});
    }
  }

  bool continues(const RowRun& run, uint32_t row, const Place& place) const {
    return run.first_row + run.rows == row &&
           set_.streams[run.source.stream].get() == place.stream &&
           run.source.at.slab() == place.at.slab() &&
           run.source.at.packed + run.rows == place.at.packed;
  }

  Source source_of(const Place& place) {
    if (place.stream != stream_) {
      const auto [number, is_new] =
          numbers_.try_emplace(place.stream, static_cast<uint32_t>(set_.streams.size()));
      if (is_new) set_.streams.push_back(place.stream->shared_from_this());
      stream_ = place.stream;
      number_ = number->second;
    }
    const SlotParts parts = place.stream->parts_of(place.at);
    return {number_, place.at, parts.tenancy, parts.loose,
            parts.tenancy->recycles.load(std::memory_order_acquire)};
  }

  const SeriesIndex& index_;
  StoreRowSet& set_;
  std::unordered_map<const Stream*, uint32_t> numbers_;
  const Stream* stream_ = nullptr;  // The last one met, and its number.
  uint32_t number_ = 0;
};

// Where a series lies, as one number.
struct Position {
  uint64_t place;
  SeriesId id;
};

}  // namespace

std::shared_ptr<StoreRowSet> place_rows(const SeriesIndex& index, std::span<const SeriesId> ids) {
  std::vector<Position> order;
  order.reserve(ids.size());
  for (const SeriesId id : ids) {
    const Place place = index[id].first();
    order.push_back({uint64_t{place.stream->number()} << 32 | place.at.packed, id});
  }
  const auto before = [](const Position& a, const Position& b) { return a.place < b.place; };
  if (!std::is_sorted(order.begin(), order.end(), before)) {
    std::sort(order.begin(), order.end(), before);
  }
  auto set = std::make_shared<StoreRowSet>();
  set->labels.reserve(ids.size());
  RowPlacer placer(index, *set);
  for (const Position& position : order) placer.add(position.id);
  set->runs.shrink_to_fit();
  set->merged.shrink_to_fit();
  set->sources.shrink_to_fit();
  for (const auto& stream : set->streams) set->writers.push_back(stream->number());
  std::sort(set->writers.begin(), set->writers.end());
  return set;
}

}  // namespace tocsin::tsdb

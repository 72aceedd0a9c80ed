#include "engine/tsdb/series.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "engine/tsdb/match.h"

namespace tocsin::tsdb {

using base::Labels;
using base::Matchers;

std::vector<Place> Series::places() const {
  if (has_many_) return *many_;
  return is_used() ? std::vector<Place>{first()} : std::vector<Place>();
}

void Series::assign(std::vector<Place> places) {
  if (has_many_) delete many_;
  has_many_ = places.size() > 1;
  if (has_many_) {
    many_ = new std::vector<Place>(std::move(places));
    return;
  }
  const Place only = places.empty() ? Place{} : places.front();
  stream_ = only.stream;
  at_ = only.at;
  is_loose_ = only.is_loose;
}

void Series::add_place(Place place) {
  if (!is_used()) {
    stream_ = place.stream;
    at_ = place.at;
    is_loose_ = place.is_loose;
    return;
  }
  std::vector<Place> all = places();
  all.push_back(place);
  assign(std::move(all));
}

bool Series::remove_place(const Stream* stream, SlotAddress at) {
  std::vector<Place> left = places();
  std::erase_if(left, [&](const Place& p) { return p.stream == stream && p.at == at; });
  assign(std::move(left));
  return is_used();
}

void Series::make_loose(const Stream* stream, SlotAddress at) {
  std::vector<Place> all = places();
  for (Place& place : all) place.is_loose |= place.stream == stream && place.at == at;
  assign(std::move(all));
}

size_t SeriesIndex::bucket_of(const Labels& labels) const {
  const auto address = reinterpret_cast<uintptr_t>(labels.values().data());
  const uint64_t mixed = static_cast<uint64_t>(address) * 0x9e3779b97f4a7c15u;
  return static_cast<size_t>(mixed >> (64 - std::bit_width(table_.size() - 1)));
}

SeriesId SeriesIndex::find(const Labels& labels) const {
  if (table_.empty()) return kNone;
  const size_t mask = table_.size() - 1;
  for (size_t i = bucket_of(labels); table_[i] != 0; i = (i + 1) & mask) {
    if (series_[table_[i] - 1].labels == labels) return table_[i] - 1;
  }
  return kNone;
}

SeriesId SeriesIndex::create(const Labels& labels) {
  if ((count_ + 1) * 8 > table_.size() * 7) grow();
  SeriesId id = 0;
  if (free_ids_.empty()) {
    id = static_cast<SeriesId>(series_.size());
    series_.emplace_back();
  } else {
    id = free_ids_.back();
    free_ids_.pop_back();
  }
  series_[id].labels = labels;
  insert(id);
  ++count_;
  const std::string_view name = labels.metric_name();
  auto family = families_.find(name);
  if (family == families_.end()) family = families_.emplace(std::string(name), 0).first;
  family->second.push_back(id);
  return id;
}

void SeriesIndex::insert(SeriesId id) {
  const size_t mask = table_.size() - 1;
  size_t i = bucket_of(series_[id].labels);
  while (table_[i] != 0) i = (i + 1) & mask;
  table_[i] = id + 1;
}

// Linear probing without tombstones: what follows in the chain moves up.
void SeriesIndex::erase(SeriesId id) {
  const size_t mask = table_.size() - 1;
  size_t hole = bucket_of(series_[id].labels);
  while (table_[hole] != id + 1) hole = (hole + 1) & mask;
  for (size_t i = (hole + 1) & mask; table_[i] != 0; i = (i + 1) & mask) {
    const size_t home = bucket_of(series_[table_[i] - 1].labels);
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    table_[hole] = table_[i];
    hole = i;
  }
  table_[hole] = 0;
}

void SeriesIndex::grow() {
  constexpr size_t kFirstBuckets = 64;
  const std::vector<uint32_t> old =
      std::exchange(table_, std::vector<uint32_t>(std::max(kFirstBuckets, table_.size() * 2)));
  for (const uint32_t entry : old) {
    if (entry != 0) insert(entry - 1);
  }
}

void SeriesIndex::forget(const std::vector<SeriesId>& ids) {
  std::unordered_map<std::string_view, std::vector<SeriesId>> by_name;
  for (const SeriesId id : ids) by_name[series_[id].labels.metric_name()].push_back(id);
  for (auto& [name, gone] : by_name) {
    std::sort(gone.begin(), gone.end());
    const auto family = families_.find(name);
    std::erase_if(family->second, [&gone = gone](SeriesId id) {
      return std::binary_search(gone.begin(), gone.end(), id);
    });
    if (family->second.empty()) families_.erase(family);
  }
  for (const SeriesId id : ids) {
    erase(id);
    series_[id].labels = Labels();
    free_ids_.push_back(id);
  }
  count_ -= ids.size();
}

size_t SeriesIndex::bytes() const {
  size_t bytes = series_.size() * sizeof(Series) + table_.capacity() * sizeof(uint32_t) +
                 free_ids_.capacity() * sizeof(SeriesId);
  for (const auto& [name, ids] : families_) {
    bytes += sizeof(Families::value_type) + name.capacity() + ids.capacity() * sizeof(SeriesId);
  }
  return bytes;
}

std::vector<SeriesId> SeriesIndex::match(const Matchers& matchers) const {
  std::vector<SeriesId> found;
  const SelectorParts parts = split(matchers);
  const auto walk = [&](const std::vector<SeriesId>& family) {
    FamilyFilter filter(parts.others);
    for (const SeriesId id : family) {
      if (filter.matches(series_[id].labels)) found.push_back(id);
    }
  };
  if (parts.metric) {
    const auto family = families_.find(*parts.metric);
    if (family != families_.end()) walk(family->second);
    return found;
  }
  for (const auto& [name, ids] : families_) {
    const bool name_fits = std::all_of(
        parts.names.begin(), parts.names.end(),
        [&name = name](const base::Matcher* matcher) { return matcher->matches(name); });
    if (name_fits) walk(ids);
  }
  return found;
}

}  // namespace tocsin::tsdb

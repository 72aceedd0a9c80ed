// A series as the store knows it, and the index that finds it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/matcher.h"
#include "engine/tsdb/slots.h"
#include "engine/tsdb/stream.h"

namespace tocsin::tsdb {

/// Where samples of a series lie.
struct Place {
  Stream* stream = nullptr;
  SlotAddress at;
  bool is_loose = false;  ///< Has samples outside the columns, too.
};

/// A label set with samples. Usually it has one place: one writer, one row.
struct Series {
  base::Labels labels;
  Place first;
  std::unique_ptr<std::vector<Place>> more;  ///< Older first; `first` is the oldest.

  bool is_used() const { return first.stream != nullptr; }
  std::vector<Place> places() const;
  void add_place(Place place);
  /// Removes the place; false when it was the last one.
  bool remove_place(const Stream* stream, SlotAddress at);
  Place* find_place(const Stream* stream, SlotAddress at);
};

/// All series, by number, by label set and by metric name. Not thread-safe.
class SeriesIndex {
 public:
  static constexpr SeriesId kNone = UINT32_MAX;

  /// The series of a label set, or kNone.
  SeriesId find(const base::Labels& labels) const;
  /// A new series; find() must have returned kNone. It needs a place before the next call.
  SeriesId create(const base::Labels& labels);
  /// Forgets series that have no place left; their numbers may be given out again.
  void forget(const std::vector<SeriesId>& ids);

  Series& operator[](SeriesId id) { return series_[id]; }
  const Series& operator[](SeriesId id) const { return series_[id]; }
  size_t size() const { return count_; }
  size_t bytes() const;

  /// Numbers of the series that match, ascending within a metric.
  std::vector<SeriesId> match(const base::Matchers& matchers) const;

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Families =
      std::unordered_map<std::string, std::vector<SeriesId>, TextHash, std::equal_to<>>;

  size_t bucket_of(const base::Labels& labels) const;
  void insert(SeriesId id);
  void erase(SeriesId id);
  void grow();

  std::deque<Series> series_;
  std::vector<SeriesId> free_ids_;
  size_t count_ = 0;
  // Open addressing, linear probing: number + 1, 0 is empty. Equal label sets are one object, so
  // its address is the key.
  std::vector<uint32_t> table_;
  Families families_;
};

}  // namespace tocsin::tsdb

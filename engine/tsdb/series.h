// A series as the store knows it, and the index that finds it.
#pragma once

#include <cstdint>
#include <deque>
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

/// A label set with samples. Usually it has one place: one writer, one row. 24 bytes: there are
/// many of them.
struct Series {
  base::Labels labels;

  Series() = default;
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;
  ~Series() { assign({}); }

  /// False until it has a place, and when it has none left.
  bool is_used() const { return has_many_ || stream_ != nullptr; }
  bool has_many_places() const { return has_many_; }
  /// The oldest. Requires is_used().
  Place first() const { return has_many_ ? many_->front() : Place{stream_, at_, is_loose_}; }
  /// Older ones first.
  std::vector<Place> places() const;
  void add_place(Place place);
  /// Removes the place; false when it was the last one.
  bool remove_place(const Stream* stream, SlotAddress at);
  /// The place has samples outside the columns from now on.
  void make_loose(const Stream* stream, SlotAddress at);

 private:
  void assign(std::vector<Place> places);

  union {
    Stream* stream_ = nullptr;  // Of the only place.
    std::vector<Place>* many_;  // Owned; when there are two or more.
  };
  SlotAddress at_;  // Of the only place, too.
  bool is_loose_ = false;
  bool has_many_ = false;
};
static_assert(sizeof(Series) == 24);

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

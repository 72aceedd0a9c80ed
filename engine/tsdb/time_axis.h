// Timestamps that loose rows share. Series of one source come with the same timestamps, whatever
// way they are delivered in, so each timestamp is kept once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "engine/base/time.h"

namespace tocsin::tsdb {

/// Ascending timestamps; grows at its end, up to its capacity. One writer. Readers look at those
/// alone that a sample published later lies at, which never change.
class TimeAxis {
 public:
  explicit TimeAxis(uint32_t capacity)
      : capacity_(capacity), t_(std::make_unique<base::TimestampMs[]>(capacity)) {}

  const base::TimestampMs* t() const { return t_.get(); }
  // Writer.
  uint32_t size() const { return size_; }
  uint32_t capacity() const { return capacity_; }
  bool is_full() const { return size_ == capacity_; }
  base::TimestampMs last() const { return t_[size_ - 1]; }
  void push(base::TimestampMs t) { t_[size_++] = t; }
  /// Where rows go on when it is full; null when nobody has yet, or nobody is there any more.
  std::shared_ptr<TimeAxis> next() const { return next_.lock(); }
  void set_next(const std::shared_ptr<TimeAxis>& next) { next_ = next; }

 private:
  const uint32_t capacity_;
  uint32_t size_ = 0;
  const std::unique_ptr<base::TimestampMs[]> t_;
  std::weak_ptr<TimeAxis> next_;
};

/// A timestamp's place on an axis.
struct AxisPoint {
  std::shared_ptr<TimeAxis> axis;
  uint32_t index = 0;
};

/// The axes that rows of a stream may join, by their first and last timestamps. Holds none of them
/// alive. Not thread-safe.
class AxisTable {
 public:
  /// Where `t` is the last or the first timestamp of an axis; a null axis when there is none.
  AxisPoint find(base::TimestampMs t) const;
  /// A new axis that begins at `t`. `is_shared`: other rows may join it.
  AxisPoint create(base::TimestampMs t, bool is_shared);
  /// Adds `t` behind the last timestamp of an axis that is not full.
  void push(const std::shared_ptr<TimeAxis>& axis, base::TimestampMs t);
  /// Forgets axes that are gone.
  void sweep();
  size_t bytes() const;

 private:
  using Map = std::unordered_map<base::TimestampMs, std::weak_ptr<TimeAxis>>;
  static bool claim(Map& map, base::TimestampMs t, const std::shared_ptr<TimeAxis>& axis);

  Map by_first_;
  Map by_last_;
};

}  // namespace tocsin::tsdb

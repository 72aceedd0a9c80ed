// Consecutive float samples of one loose row: values that lie at consecutive timestamps of an axis.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "engine/tsdb/codec.h"
#include "engine/tsdb/time_axis.h"

namespace tocsin::tsdb {

/// Counts the commits of a stream that had loose samples, from 1. A reader sees all samples up to
/// some number and none beyond.
using CommitSeq = uint64_t;

/// One allocation: this header with the samples behind it, either raw (values, and the commit of
/// each) or frozen (compressed, kRowValuesMax samples at a time: some that every reader sees, and
/// behind them some of one commit).
/// A value may be the absent marker: the row has no sample at that timestamp.
class LooseRun {
 public:
  struct Deleter {
    void operator()(LooseRun* run) const;
  };
  using Ptr = std::unique_ptr<LooseRun, Deleter>;

  static constexpr uint32_t kFrozenMax = 8 * kRowValuesMax;

  /// An empty raw run for `capacity` samples from `first` on.
  static Ptr raw(AxisPoint first, uint32_t capacity, CommitSeq seq);
  /// The samples of raw `run`, behind those of frozen `before` if not null; see can_freeze() and
  /// can_follow(). `settled`: every reader sees commits up to it.
  static Ptr frozen(const LooseRun* before, const LooseRun& run, CommitSeq settled);

  bool is_raw() const { return capacity_ > 0; }
  const TimeAxis& axis() const { return *axis_; }
  const std::shared_ptr<TimeAxis>& shared_axis() const { return axis_; }
  /// Where on the axis the run begins.
  uint32_t first() const { return first_; }
  /// Samples; to a reader, those published so far.
  uint32_t count() const { return count_.load(std::memory_order_acquire); }
  uint32_t capacity() const { return capacity_; }
  /// Also true of frozen runs.
  bool is_full() const { return count_.load(std::memory_order_relaxed) >= capacity_; }
  base::TimestampMs first_t() const { return axis_->t()[first_]; }
  base::TimestampMs last_t() const { return axis_->t()[first_ + count() - 1]; }
  /// The commit of the oldest and of the newest sample.
  CommitSeq first_seq() const { return seq_; }
  CommitSeq last_seq() const;
  /// Samples that a reader sees who sees commits up to `seq`.
  uint32_t visible(CommitSeq seq) const;
  /// True when its samples are seen by every reader or together.
  bool can_freeze(CommitSeq settled) const {
    return last_seq() <= settled || first_seq() == last_seq();
  }
  /// True when the samples may be frozen behind those of `run` as far as timestamps and size go.
  bool can_follow(const LooseRun& run) const;
  /// The same as far as readers go.
  bool can_join(const LooseRun& run, CommitSeq settled) const {
    return run.last_seq() <= settled || run.last_seq() == last_seq();
  }

  /// Writer: true when `t` is the axis's timestamp behind the last sample.
  bool is_next(base::TimestampMs t) const {
    const uint32_t next = first_ + count_.load(std::memory_order_relaxed);
    return next < axis_->size() && axis_->t()[next] == t;
  }
  /// Writer, raw: adds a sample at the next timestamp of the axis. The run must not be full, and
  /// `seq` not further from the first one than takes().
  void push(double v, CommitSeq seq) {
    const uint32_t n = count_.load(std::memory_order_relaxed);
    values()[n] = v;
    since()[n] = static_cast<uint32_t>(seq - seq_);
    newest_since_.store(static_cast<uint32_t>(seq - seq_), std::memory_order_relaxed);
    count_.store(n + 1, std::memory_order_release);
  }
  bool takes(CommitSeq seq) const { return seq - seq_ <= UINT32_MAX; }

  /// Writes samples [begin, end) to out[i * stride].
  void read(uint32_t begin, uint32_t end, double* out, size_t stride) const;
  /// Of raw runs: where the values lie.
  const double* values() const { return reinterpret_cast<const double*>(this + 1); }
  size_t bytes() const { return bytes_; }

  /// The run before this one in the row, or null.
  std::atomic<LooseRun*> older{nullptr};

 private:
  LooseRun(std::shared_ptr<TimeAxis> axis, uint32_t first, uint32_t capacity, size_t bytes)
      : axis_(std::move(axis)),
        first_(first),
        capacity_(capacity),
        bytes_(static_cast<uint32_t>(bytes)) {}
  static Ptr allocate(std::shared_ptr<TimeAxis> axis, uint32_t first, uint32_t capacity,
                      size_t bytes);

  double* values() { return reinterpret_cast<double*>(this + 1); }
  const uint32_t* since() const { return reinterpret_cast<const uint32_t*>(values() + capacity_); }
  uint32_t* since() { return reinterpret_cast<uint32_t*>(values() + capacity_); }
  const uint8_t* lengths() const { return reinterpret_cast<const uint8_t*>(this + 1); }
  uint8_t* lengths() { return reinterpret_cast<uint8_t*>(this + 1); }
  static size_t blocks(uint32_t count) { return (count + kRowValuesMax - 1) / kRowValuesMax; }
  size_t payload_bytes() const;

  const std::shared_ptr<TimeAxis> axis_;
  const uint32_t first_;
  const uint32_t capacity_;  // 0: frozen.
  std::atomic<uint32_t> count_{0};
  const uint32_t bytes_;
  uint32_t seen_by_all_ = 0;  // Frozen: so many samples.
  // Raw: the last of since(), or of a later sample than that: what it takes to see all of the run.
  std::atomic<uint32_t> newest_since_{0};
  CommitSeq seq_ = 0;  // Raw: of the first sample, what since() counts from. Frozen: of the last.
};

}  // namespace tocsin::tsdb

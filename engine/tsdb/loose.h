// Samples with timestamps of their own: one row's, outside the columns.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/sample.h"
#include "engine/tsdb/commit_stamp.h"
#include "engine/tsdb/epoch.h"
#include "engine/tsdb/loose_histograms.h"
#include "engine/tsdb/loose_run.h"
#include "engine/tsdb/time_axis.h"

namespace tocsin::tsdb {

/// What the loose rows of a stream share. Belongs to the writer.
struct LooseCommons {
  explicit LooseCommons(Epochs& e) : epochs(e) {}

  /// Hands what was replaced to the epochs.
  void retire_replaced();

  Epochs& epochs;
  AxisTable axes;
  std::vector<LooseRun::Ptr> replaced;
  SettledNumber settled;  ///< The last commit that every reader sees.
};

/// A published commit with loose samples.
struct LooseCommit {
  CommitSeq seq = 0;
  std::shared_ptr<const CommitStamp> stamp;
  const LooseCommit* older = nullptr;  ///< For readers of before.
};

/// Samples [begin, end) of a run.
struct RunSlice {
  const LooseRun* run = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;

  /// Of the samples: begin is base of these.
  const base::TimestampMs* t() const { return run->axis().t() + run->first() + begin; }
  uint32_t size() const { return end - begin; }
};

/// Loose samples of one row, ascending in t: runs of floats, the newest raw and the older ones
/// frozen, and, of few rows, histograms. One writer; readers pin the epochs while reading.
class LooseRow {
 public:
  LooseRow() = default;
  LooseRow(const LooseRow&) = delete;
  LooseRow& operator=(const LooseRow&) = delete;
  ~LooseRow();

  // Writer.
  /// Adds a sample later than last_t(). Readers see it once commit `seq` is published.
  void append(base::Sample sample, CommitSeq seq, LooseCommons& commons);
  void append(base::TimestampMs t, base::HistogramPtr h, CommitSeq seq, Epochs& epochs);
  /// Of the newest sample there ever was; the least timestamp when there was none.
  base::TimestampMs last_t() const { return last_t_; }
  bool has_last() const { return last_t_ != std::numeric_limits<base::TimestampMs>::min(); }
  /// True when that sample is this float, bit for bit.
  bool last_is(double v) const {
    return !last_is_histogram_ && std::bit_cast<uint64_t>(last_v_) == std::bit_cast<uint64_t>(v);
  }
  /// That sample when it is a histogram, else null.
  base::HistogramPtr last_histogram() const;
  /// Freezes full runs beyond the newest ones, as far as that changes nothing for any reader.
  void freeze(LooseCommons& commons);
  /// Drops runs and chunks whose samples are all older than `floor`.
  void drop_before(base::TimestampMs floor, LooseCommons& commons);
  /// True when no sample is kept.
  bool empty() const;

  // Reader.
  /// Appends the floats with from < t <= to of commits up to `seq` to `out`, oldest run first.
  void find(base::TimestampMs from, base::TimestampMs to, CommitSeq seq,
            std::vector<RunSlice>& out) const;
  /// The same of the newest run that has any; an empty slice when none has.
  RunSlice find_newest(base::TimestampMs from, base::TimestampMs to, CommitSeq seq) const;
  /// Null when the row never had any.
  const LooseHistograms* histograms() const { return histograms_.load(std::memory_order_acquire); }
  /// For prefetching.
  const LooseRun* newest() const { return newest_.load(std::memory_order_seq_cst); }
  /// Reader or writer.
  size_t bytes() const;
  /// Runs and chunks.
  size_t pieces() const;

 private:
  bool reach(LooseRun& run, base::TimestampMs t, CommitSeq seq, LooseCommons& commons);
  AxisPoint place_run(base::TimestampMs t, LooseCommons& commons) const;
  LooseRun& start_run(base::TimestampMs t, CommitSeq seq, LooseCommons& commons);
  bool freeze_oldest(LooseCommons& commons);

  std::atomic<LooseRun*> newest_{nullptr};  // Owns the list.
  std::atomic<LooseHistograms*> histograms_{nullptr};
  LooseRun* oldest_ = nullptr;
  base::TimestampMs last_t_ = std::numeric_limits<base::TimestampMs>::min();
  double last_v_ = 0;
  uint16_t raw_runs_ = 0;
  uint8_t patience_ = 4;  // Timestamps of its axis the row may miss before it leaves.
  bool last_is_histogram_ = false;
};

}  // namespace tocsin::tsdb

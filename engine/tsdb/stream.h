// One writer's samples: its rows, the slots they lie in, and the columns committed so far.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/sample.h"
#include "engine/base/sample_sink.h"
#include "engine/base/symbols.h"
#include "engine/tsdb/block.h"
#include "engine/tsdb/column_buffer.h"
#include "engine/tsdb/epoch.h"
#include "engine/tsdb/loose.h"
#include "engine/tsdb/reach.h"
#include "engine/tsdb/slots.h"

namespace tocsin::tsdb {

/// A series' number in the store; dense, reused after the series is forgotten.
using SeriesId = uint32_t;

/// Raw blocks a stream keeps at most besides the one being filled, when readers look back that far:
/// 24 columns, so that 5m windows at 15s never meet a compressed one.
inline constexpr uint32_t kRawBlocksKept = 3;

/// A series about to become a row.
struct NewRow {
  SeriesId series = 0;
  base::Symbol metric = 0;
  const SlotAddress* revive = nullptr;  ///< The ended slot it had in this stream, or null.
};

/// A slot whose series has nothing left in retention.
struct ExpiredSlot {
  SlotAddress address;
  SeriesId series = 0;
};

/// Slots change hands only when nothing of the last tenant is left. Readers that placed a row
/// before that must not take the new tenant's samples for it: recycled_since().
struct Tenancy {
  /// True when `slot` got a new tenant after `recycles` was read.
  bool recycled_since(uint32_t slot, uint32_t recycles_then) const {
    return recycles.load(std::memory_order_acquire) != recycles_then &&
           recycled_at[slot].load(std::memory_order_relaxed) > recycles_then;
  }

  std::atomic<uint32_t> recycles{0};
  std::unique_ptr<std::atomic<uint32_t>[]>
      recycled_at;  // By slot; set before recycles first rises.
};

/// What a scan sees of a stream: all columns below end_seq, loose samples of commits up to
/// loose_seq. Valid while pinned.
struct StreamSnapshot {
  const StreamView* view = nullptr;
  ColumnSeq end_seq = 0;
  CommitSeq loose_seq = 0;
};

/// What a slot has besides its columns; as long-lived as the stream.
struct SlotParts {
  const Tenancy* tenancy = nullptr;  ///< Of the slot's slab.
  const LooseRow* loose = nullptr;   ///< Or null. Goes with the slot's tenant.
};

struct StreamStats {
  uint64_t bytes = 0;
  uint64_t raw_chunks = 0;
  uint64_t frozen_chunks = 0;
  uint64_t loose_pieces = 0;
  uint64_t axes = 0;
};

/// Writer functions: one thread at a time. Keeper functions: one thread at a time, while the writer
/// works. Reader functions: any thread, pinned in `epochs`.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(uint32_t number, std::string name, Epochs& epochs, std::shared_ptr<ChunkPool> pool);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() = default;

  uint32_t number() const { return number_; }
  const std::string& name() const { return name_; }

  // Writer.
  /// Adds rows; returns the first's number and every row's slot.
  std::pair<base::WriterRow, std::vector<SlotAddress>> add_rows(std::span<const NewRow> rows);
  void remove_row(base::WriterRow row);
  /// As remove_row(), without a marker: another stream goes on with the series.
  void hand_over(base::WriterRow row);
  /// Ends all rows; no marker is written before the next commit.
  void remove_all_rows();
  base::Status begin(base::TimestampMs t);
  std::span<double> column() { return buffer_.rows(); }
  /// Makes a row able to take loose samples. False when it was already.
  bool make_loose(base::WriterRow row);
  /// Queues a loose sample for the next commit; make_loose() comes first.
  void add_loose(base::WriterRow row, base::Sample sample);
  /// The same, for a row that has just had one; false when it has not.
  bool add_more_loose(base::WriterRow row, base::Sample sample) {
    if (pending_.empty() || pending_.back().at != rows_[row] || pending_.back().h != nullptr) {
      return false;
    }
    ++pending_.back().samples;
    pending_samples_.push_back(sample);
    return true;
  }
  void add_loose(base::WriterRow row, base::TimestampMs t, base::HistogramPtr h);
  base::Result<base::CommitStats> commit();
  void abandon();
  /// The writer is gone: all rows end where they are.
  void end();

  SeriesId series_of(SlotAddress address) const;
  SlotAddress address_of(base::WriterRow row) const { return rows_[row]; }
  bool has_row(base::WriterRow row) const;
  /// The row that lies in a slot, or kNoRow.
  base::WriterRow row_at(SlotAddress address) const;
  std::vector<base::WriterRow> live_rows() const;
  base::TimestampMs last_t() const { return last_t_; }

  // Keeper.
  /// Compresses full blocks beyond what readers look back to; to be called every few seconds.
  void freeze();
  /// Drops blocks and loose samples older than `floor`; returns slots that became free for reuse.
  std::vector<ExpiredSlot> expire(base::TimestampMs floor);
  /// True when the writer is gone and nothing is left.
  bool is_spent() const;
  StreamStats stats() const;

  // Reader.
  /// The stream as of `moment`, at which the reader is pinned: the same every time.
  StreamSnapshot snapshot(uint64_t moment) const;
  /// The stream now, without the number of columns: for prefetching.
  const StreamView* peek() const { return published_.load(std::memory_order_seq_cst); }
  /// A scan reads the last `columns` columns.
  void note_reach(ColumnSeq columns) const { reach_.note(columns); }
  /// Takes the stream's lock: for placing rows, not scanning.
  SlotParts parts_of(SlotAddress address) const;
  bool is_ended(SlotAddress address) const;

 private:
  static constexpr uint32_t kNoSource = 0;  // buffer_[0] is always absent.
  static constexpr ColumnSeq kAtNextCommit = std::numeric_limits<ColumnSeq>::max();

  struct LooseState {
    std::shared_ptr<LooseRow> row;
    base::TimestampMs column_t =
        std::numeric_limits<base::TimestampMs>::min();  // Last in a column.
    double column_v = 0;
    bool histogram_last = false;  // Had a histogram at the last column's timestamp.
    bool histogram_now = false;
  };
  struct Slab {
    explicit Slab(uint32_t slots) : source(slots, kNoSource), series(slots, 0) {}
    std::vector<uint32_t> source;  // Slot → index into buffer_ (row + 1).
    std::vector<SeriesId> series;
    std::vector<LooseState*> loose;    // Slot → entry of loose_ or null; empty: none in the slab.
    std::shared_ptr<RawChunk> open;    // On the last axis; null while all its slots are absent.
    std::shared_ptr<RawChunk> last;    // Holds the last committed column, or null.
    const double* previous = nullptr;  // That column.
    Tenancy tenancy;
  };
  // Loose samples of one row, waiting for the commit: so many of pending_samples_, or, with `h`,
  // one that gives the timestamp.
  struct Pending {
    SlotAddress at;
    uint32_t samples = 0;
    base::HistogramPtr h;
  };

  base::WriterRow take_rows(uint32_t count);
  void add_slabs();
  void end_slot(SlotAddress address);
  void forget_row(base::WriterRow row);
  void unmark_handed_over(base::CommitStats& stats);
  void roll_axis(StreamView& view);
  void publish(std::shared_ptr<StreamView> view);
  void fill_slabs(base::CommitStats& stats);
  void refuse_late_values(base::CommitStats& stats);
  base::Result<base::CommitStats> commit_loose_alone();
  void commit_loose(base::CommitStats& stats);
  void settle_loose(base::CommitStats& stats);
  void commit_sample(LooseState& state, base::Sample sample, const base::HistogramPtr& h,
                     base::CommitStats& stats);
  void show_loose(std::shared_ptr<const CommitStamp> stamp);
  void published_loose();
  void drop_pending();
  void freeze_loose();
  void drop_loose_before(base::TimestampMs floor);
  void forget_loose(SlotAddress address);
  static bool accept(const LooseState& state, base::Sample sample,
                     const base::FloatHistogram* histogram, base::CommitStats& stats);
  bool freeze_next(ColumnSeq columns_kept);
  void recycle(SlotAddress address);

  const uint32_t number_;
  const std::string name_;
  Epochs& epochs_;
  const std::shared_ptr<ChunkPool> pool_;

  // The writer's own.
  ColumnBuffer buffer_;
  bool is_open_ = false;
  base::TimestampMs open_t_ = 0;
  base::TimestampMs last_t_ = std::numeric_limits<base::TimestampMs>::min();
  std::vector<Pending> pending_;
  std::vector<base::Sample> pending_samples_;
  std::vector<bool> row_loose_;  // By row: make_loose() was called. May be shorter than rows_.

  // Shared by writer and keeper.
  mutable std::mutex mutex_;
  SlotSpace space_;
  std::vector<std::unique_ptr<Slab>> slabs_;
  std::vector<SlotAddress> rows_;
  std::vector<bool> row_used_;
  std::set<base::WriterRow> free_rows_;
  std::unordered_map<uint32_t, LooseState> loose_;  // By packed address.
  LooseCommons commons_;
  CommitSeq loose_seq_ = 0;                        // Commits with loose samples.
  std::unordered_map<uint32_t, ColumnSeq> ended_;  // Packed address → one past its last column.
  std::vector<uint32_t> ending_;                   // Those that end with the next commit.
  std::vector<SlotAddress> handed_over_;           // Those that get no marker with it.
  std::shared_ptr<StreamView> view_;
  std::atomic<const StreamView*> published_;
  std::shared_ptr<const LooseCommit> loose_commit_;
  std::shared_ptr<const LooseCommit> replaced_commit_;
  std::atomic<const LooseCommit*> newest_loose_{nullptr};
  Reach reach_;
  SettledNumber first_seq_;  // Of columns that any reader sees.
  ColumnSeq next_seq_ = 0;
  bool has_writer_ = true;
};

}  // namespace tocsin::tsdb

// The native histograms of one row.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/time.h"
#include "engine/tsdb/epoch.h"
#include "engine/tsdb/loose_run.h"

namespace tocsin::tsdb {

/// A sample of a row that has histograms: a float where `h` is null.
struct LooseSample {
  base::TimestampMs t = 0;
  double v = 0;
  base::HistogramPtr h;
};

/// A list of chunks, ascending in t. One writer; readers pin `epochs` while reading.
class LooseHistograms {
 public:
  explicit LooseHistograms(Epochs& epochs);
  LooseHistograms(const LooseHistograms&) = delete;
  LooseHistograms& operator=(const LooseHistograms&) = delete;
  ~LooseHistograms() = default;

  /// Writer: adds a histogram later than all before.
  void append(base::TimestampMs t, base::HistogramPtr h, CommitSeq seq);
  /// Writer: the newest one; there always is one after the first append().
  const base::HistogramPtr& last() const { return last_; }
  /// Writer: drops chunks whose histograms are all older than `floor`.
  void drop_before(base::TimestampMs floor);
  /// Writer: true when none is kept.
  bool empty() const { return chunks_->empty(); }

  /// Reader: appends those with from < t <= to of commits up to `seq` to `out`.
  void read(base::TimestampMs from, base::TimestampMs to, CommitSeq seq,
            std::vector<LooseSample>& out) const;
  /// Reader or writer.
  size_t bytes() const;
  size_t chunks() const;

 private:
  struct Entry {
    base::TimestampMs t = 0;
    base::HistogramPtr h;
    CommitSeq seq = 0;
  };
  struct Chunk {
    explicit Chunk(uint32_t n) : entries(std::make_unique<Entry[]>(n)), capacity(n) {}
    std::unique_ptr<Entry[]> entries;
    uint32_t capacity;
    std::atomic<uint32_t> count{0};
  };
  using Chunks = std::vector<std::shared_ptr<Chunk>>;

  void publish(std::shared_ptr<const Chunks> chunks);

  Epochs& epochs_;
  std::shared_ptr<const Chunks> chunks_;
  std::atomic<const Chunks*> published_;
  base::HistogramPtr last_;
};

}  // namespace tocsin::tsdb

// Samples with timestamps of their own and native histograms: a list of chunks per row.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/histogram.h"
#include "engine/base/sample.h"
#include "engine/tsdb/block.h"
#include "engine/tsdb/epoch.h"

namespace tocsin::tsdb {

/// A loose sample: a histogram when `h` is set. A reader that sees fewer than `seq` columns must
/// not see it.
struct LooseSample {
  base::TimestampMs t = 0;
  double v = 0;
  base::HistogramPtr h;
  ColumnSeq seq = 0;
};

/// Loose samples of one row, ascending in t. One writer; readers pin `epochs` while reading.
class LooseRow {
 public:
  explicit LooseRow(Epochs& epochs);
  LooseRow(const LooseRow&) = delete;
  LooseRow& operator=(const LooseRow&) = delete;
  ~LooseRow() = default;

  /// Writer: adds a sample later than last().
  void append(LooseSample sample);
  /// Writer: the newest sample, if there ever was one.
  const std::optional<LooseSample>& last() const { return last_; }
  /// Writer: drops chunks whose samples are all older than `floor`.
  void drop_before(base::TimestampMs floor);
  /// Writer: true when no sample is kept.
  bool empty() const { return chunks_->empty(); }

  /// Reader: appends samples with from < t <= to and seq <= seq_end to `out`.
  void read(base::TimestampMs from, base::TimestampMs to, ColumnSeq seq_end,
            std::vector<LooseSample>& out) const;
  /// Reader or writer.
  size_t bytes() const;

 private:
  struct Chunk {
    explicit Chunk(uint32_t n) : samples(std::make_unique<LooseSample[]>(n)), capacity(n) {}
    std::unique_ptr<LooseSample[]> samples;
    uint32_t capacity;
    std::atomic<uint32_t> count{0};
  };
  using Chunks = std::vector<std::shared_ptr<Chunk>>;

  void publish(std::shared_ptr<const Chunks> chunks);

  Epochs& epochs_;
  std::shared_ptr<const Chunks> chunks_;
  std::atomic<const Chunks*> published_;
  std::optional<LooseSample> last_;
};

}  // namespace tocsin::tsdb

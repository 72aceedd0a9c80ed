// One row put together from several places: columns of more than one stream, loose samples.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/series_source.h"
#include "engine/tsdb/loose.h"
#include "engine/tsdb/window.h"

namespace tocsin::tsdb {

/// Collects the samples of a row, place by place, oldest place first, and hands them on in time
/// order. Of several at one timestamp a value goes before a stale marker, then the newest place.
class RowMerger {
 public:
  explicit RowMerger(const double* absent) : reader_(absent) {}

  /// True when the slot has a sample in the columns of the window.
  bool has_columns(const StreamView& view, const Window& window, SlotAddress at);

  void clear() { samples_.clear(); }
  void add_columns(const StreamView& view, const Window& window, SlotAddress at);
  void add_loose(const LooseRow& loose, CommitSeq seq, const base::ScanWindow& time);
  /// Calls the visitor once, or not at all when there is no sample.
  void visit(uint32_t row, base::TileVisitor& visitor);

 private:
  void add_value(base::TimestampMs t, double v);
  void settle();
  void visit_tile(uint32_t row, base::TileVisitor& visitor);
  void visit_mixed(uint32_t row, base::TileVisitor& visitor);

  WindowReader reader_;
  std::vector<LooseSample> samples_;
  std::vector<RunSlice> slices_;
  std::vector<double> run_;  // The values of one slice.
  std::vector<base::TimestampMs> t_;
  std::vector<double> v_;
  std::vector<base::HistogramPtr> h_;
  std::vector<const double*> columns_;
  std::vector<uint8_t> gaps_;
  std::vector<uint8_t> drops_;
};

}  // namespace tocsin::tsdb

// The loop of a range function over the tiles of its input.
#pragma once

#include <mutex>

#include "promql/eval/range_call.h"

namespace tocsin::promql {

/// Runs the kernels of a RangeCall. Column kernels take all rows of a tile at once; rows that miss
/// a sample in the window are then done again one by one.
class RangeCallVisitor final : public base::TileVisitor {
 public:
  RangeCallVisitor(RangeCall& call, const Grid& grid, Frame& out, Run& run, RangeScratch& scratch)
      : call_(call),
        grid_(grid),
        out_(out),
        run_(run),
        scratch_(scratch),
        uses_starts_(call.spec_.uses_starts && call.spec_.function->started != nullptr) {}

  /// Others write to the same frame: they take turns where their rows are not all they touch.
  void share_frame(std::mutex& mutex) { frame_mutex_ = &mutex; }

  void on_tile(const base::Tile& tile) override;
  void on_mixed(const base::MixedSeries& series) override;
  const base::Status& status() const { return status_; }

 private:
  struct Span {
    size_t begin;
    size_t end;
    size_t size() const { return end - begin; }
  };

  void row_by_row(const base::Tile& tile);
  void column_by_column(const base::Tile& tile);
  bool sum_events(const base::Tile& tile);
  void events_of_window(const base::Tile& tile, Span span, size_t step);
  void full_window(const base::Tile& tile, Span span, size_t step, const WindowTimes& times);
  void window_with_holes(const base::Tile& tile, Span span, size_t step, const WindowTimes& times);
  void find_holes(const base::Tile& tile, Span span);
  void rows_by_columns(const base::Tile& tile, Span span, size_t step, const WindowTimes& times);
  /// One row in the window, or nothing when it has too few samples.
  void row_by_itself(const base::Tile& tile, Span span, size_t row, size_t step,
                     const WindowTimes& times);
  /// Puts the samples of a row into row_t, row_v and row_starts of the scratch.
  void collect_row(const base::Tile& tile, Span span, size_t row);
  /// `span` of what collect_row() found.
  RowWindow window_of_row(const WindowTimes& times, Span span) const;
  void finish_row(size_t row, size_t step, const WindowTimes& times, Span span);
  void finish_started_row(size_t row, size_t step, const RowWindow& window);

  /// Whether start timestamps are there, and the function looks at them.
  bool has_starts(const base::Tile& tile) const { return uses_starts_ && tile.starts != nullptr; }
  bool has_starts(const base::MixedSeries& series) const {
    return uses_starts_ && !series.starts.empty();
  }

  static uint64_t weight_of(const base::MixedSeries& series, Span span);
  void mixed_window(const base::MixedSeries& series, Span span, size_t step,
                    const WindowTimes& times);
  /// Applies the function's rule; true when the floats collected are to be computed as usual.
  bool accepts_mixed(const base::MixedSeries& series, Span span, size_t histograms, size_t step);
  /// A window of histograms alone.
  void histogram_window(const base::MixedSeries& series, Span span, size_t step);
  /// A window of histograms and maybe floats, for a function that looks at both.
  void mixed_kernel_window(const base::MixedSeries& series, Span span, size_t step);
  void warn_mixed(uint32_t row);

  RangeCall& call_;
  const Grid& grid_;
  Frame& out_;
  Run& run_;
  RangeScratch& scratch_;
  std::mutex* frame_mutex_ = nullptr;
  const bool uses_starts_;
  uint64_t missing_ = 0;  // Samples that the last window with holes lacked.
  base::Status status_;
};

}  // namespace tocsin::promql

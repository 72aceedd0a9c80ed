// A small store of samples in memory: what scripts load and tests query.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/base/series_source.h"

namespace tocsin::promql {

/// Keeps each series as one row of its own timestamps. Samples of a series must come in ascending
/// time. May be read by several threads, but not while it is being changed; selections live as long
/// as they like and follow what is added.
class MemorySource final : public base::SeriesSource {
 public:
  MemorySource();
  ~MemorySource() override;

  /// Adds a sample. Fails with kInvalid when the series has one at `t` or later. Histograms get the
  /// counter reset hint that a store gives them (stored_hint.h). `start`: as base::Tile::starts.
  base::Status append(const base::Labels& labels, base::TimestampMs t, double v,
                      base::TimestampMs start = base::kNoStart);
  base::Status append(const base::Labels& labels, base::TimestampMs t, const base::HistogramPtr& h,
                      base::TimestampMs start = base::kNoStart);
  /// Forgets everything.
  void clear();

  base::Result<std::shared_ptr<base::Selection>> select(const base::Matchers& matchers) override;
  base::Result<std::vector<base::Labels>> series(const std::vector<base::Matchers>& selectors,
                                                 base::TimestampMs from,
                                                 base::TimestampMs to) override;

 private:
  struct Series;
  struct Store;
  class MemorySelection;
  struct Rows;

  /// The series of `labels`, with room for a sample: its times are there already.
  base::Result<Series*> series_for(const base::Labels& labels, base::TimestampMs t,
                                   base::TimestampMs start);

  std::shared_ptr<Store> store_;
};

}  // namespace tocsin::promql

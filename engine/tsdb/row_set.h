// The rows of a selection with their places: what a scan walks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/series_source.h"
#include "engine/tsdb/series.h"
#include "engine/tsdb/stream.h"

namespace tocsin::tsdb {

/// A slot as it was when the rows were placed.
struct Source {
  uint32_t stream = 0;  ///< Into StoreRowSet::streams.
  SlotAddress at;
  const Tenancy* tenancy = nullptr;
  uint32_t recycles = 0;  ///< Of the tenancy, then.
  std::shared_ptr<const LooseRow> loose;
};

/// Rows that lie in neighbouring slots and have nothing outside the columns.
struct RowRun {
  uint32_t first_row = 0;
  uint32_t rows = 0;
  Source source;  ///< Of the first row.
};

/// A row with loose samples or several places, older places first.
struct MergedRow {
  uint32_t row = 0;
  std::vector<Source> sources;
};

/// Immutable. Must not outlive the store.
struct StoreRowSet final : base::RowSet {
  std::vector<std::shared_ptr<const Stream>> streams;
  std::vector<RowRun> runs;  ///< Ascending in first_row, as are the merged rows.
  std::vector<MergedRow> merged;
};

/// Places the series `ids`, neighbours in the store next to each other. Call with the store's lock
/// held. Leaves `version` to the caller.
std::shared_ptr<StoreRowSet> place_rows(const SeriesIndex& index, std::span<const SeriesId> ids);

}  // namespace tocsin::tsdb

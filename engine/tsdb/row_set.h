// The rows of a selection with their places: what a scan walks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
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
  const LooseRow* loose = nullptr;  ///< To look at while pinned, and only after is_current().
  uint32_t recycles = 0;            ///< Of the tenancy, then.

  /// False when the slot has another tenant meanwhile.
  bool is_current() const { return !tenancy->recycled_since(at.slot(), recycles); }
};
static_assert(sizeof(Source) <= 32 && std::is_trivially_copyable_v<Source>);

/// Rows that lie in neighbouring slots and have nothing outside the columns.
struct RowRun {
  uint32_t first_row = 0;
  uint32_t rows = 0;
  Source source;  ///< Of the first row.
};

/// A row with loose samples or several places: sources [begin, end) of the set, older ones first.
struct MergedRow {
  uint32_t row = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// Immutable. Must not outlive the store.
struct StoreRowSet final : base::RowSet {
  std::vector<std::shared_ptr<const Stream>> streams;
  std::vector<RowRun> runs;  ///< Ascending in first_row, as are the merged rows.
  std::vector<MergedRow> merged;
  std::vector<Source> sources;

  std::span<const Source> sources_of(const MergedRow& row) const {
    return std::span(sources).subspan(row.begin, row.end - row.begin);
  }
};

/// Places the series `ids`, neighbours in the store next to each other. Call with the store's lock
/// held. Leaves `version` to the caller.
std::shared_ptr<StoreRowSet> place_rows(const SeriesIndex& index, std::span<const SeriesId> ids);

}  // namespace tocsin::tsdb

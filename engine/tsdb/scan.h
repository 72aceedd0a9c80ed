// Walking the samples of a row set.
#pragma once

#include "engine/base/series_source.h"
#include "engine/tsdb/epoch.h"
#include "engine/tsdb/row_set.h"

namespace tocsin::tsdb {

/// A time range, left-open.
struct TimeRange {
  base::TimestampMs from = 0;
  base::TimestampMs to = 0;
};

/// Selection::scan over the store's own row sets. `absent`: kSlabSlotsMax absent markers.
void scan_rows(const StoreRowSet& set, base::RowRange rows, TimeRange time, const double* absent,
               base::TileVisitor& visitor);

}  // namespace tocsin::tsdb

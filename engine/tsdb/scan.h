// Walking the samples of a row set.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/base/series_source.h"
#include "engine/tsdb/epoch.h"
#include "engine/tsdb/loose_tiles.h"
#include "engine/tsdb/merge.h"
#include "engine/tsdb/row_set.h"
#include "engine/tsdb/window.h"

namespace tocsin::tsdb {

/// The buffers of a scan. Kept between scans, so that a scan takes no memory once they have grown.
struct ScanScratch {
  /// `absent`: kSlabSlotsMax absent markers, outliving the scratch.
  explicit ScanScratch(const double* absent) : reader(absent), merger(absent) {}

  WindowReader reader;
  RowMerger merger;
  LooseTiles tiles;
  Window window;
  Window newest;                          ///< Its last column.
  std::vector<StreamSnapshot> snapshots;  ///< By number in the row set; no view: not taken yet.
};

/// Scratch for as many scans as run at once. Thread-safe.
class ScanScratchPool {
 public:
  std::unique_ptr<ScanScratch> take(const double* absent);
  void give(std::unique_ptr<ScanScratch> scratch);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<ScanScratch>> idle_;
};

/// Selection::scan over the store's own row sets, as of time.as_of, which is needed.
void scan_rows(const StoreRowSet& set, base::RowRange rows, const base::ScanWindow& time,
               ScanScratch& scratch, base::TileVisitor& visitor);

}  // namespace tocsin::tsdb

// An instant selector: the newest sample of each series within the lookback.
#pragma once

#include <memory>
#include <optional>

#include "engine/base/series_source.h"
#include "promql/eval/operator.h"
#include "promql/eval/window.h"

namespace tocsin::promql {

/// `@` and `offset`, resolved.
struct Shift {
  base::DurationMs offset = 0;
  std::optional<base::TimestampMs> at;
  /// The time looked at for an evaluation at t.
  base::TimestampMs apply(base::TimestampMs t) const {
    return saturating_sub(at.value_or(t), offset);
  }
};

/// The rows of a selection as a schema that changes only when they do.
class SelectionRows {
 public:
  explicit SelectionRows(std::shared_ptr<base::Selection> selection)
      : selection_(std::move(selection)) {}
  /// Looks at the rows now.
  void refresh(SchemaIds& ids);
  const RowSchemaPtr& schema() const { return schema_; }
  base::Status scan(const base::ScanWindow& window, base::TileVisitor& visitor) const;
  /// The same for some rows; on any thread.
  base::Status scan_rows(base::RowRange rows, const base::ScanWindow& window,
                         base::TileVisitor& visitor) const {
    return selection_->scan(*rows_, rows, window, visitor);
  }

 private:
  std::shared_ptr<base::Selection> selection_;
  std::shared_ptr<const base::RowSet> rows_;
  RowSchemaPtr schema_;
};

/// What an instant selector yields: the sample's value, or its timestamp in seconds: for
/// timestamp(x) of every sample, for info() of floats alone, where histograms stay what they are.
enum class InstantValue : uint8_t { kValue, kTimestamp, kFloatTimestamp };

class ScanInstant final : public Operator {
 public:
  ScanInstant(std::shared_ptr<base::Selection> selection, Shift shift, base::DurationMs lookback,
              InstantValue yields)
      : rows_(std::move(selection)), shift_(shift), lookback_(lookback), yields_(yields) {}
  /// Native histograms come without buckets (bucket_stripper.h).
  void strip_buckets() { strips_buckets_ = true; }

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  base::Status scan(const Grid& grid, const Run& run, base::TileVisitor& visitor) const;

  SelectionRows rows_;
  Shift shift_;
  base::DurationMs lookback_;
  InstantValue yields_;
  bool strips_buckets_ = false;
};

}  // namespace tocsin::promql

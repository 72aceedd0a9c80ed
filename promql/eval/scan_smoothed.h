// metric smoothed: the value at the step itself, interpolated between the samples around it.
#pragma once

#include <memory>
#include <vector>

#include "promql/eval/scan_instant.h"

namespace tocsin::promql {

/// Looks one lookback back and one ahead; without a sample ahead the last one stays. Stale markers
/// are no samples here. Source: prometheus:promql/engine.go smoothSeries.
class ScanSmoothed final : public Operator {
 public:
  ScanSmoothed(std::shared_ptr<base::Selection> selection, Shift shift, base::DurationMs lookback,
               base::PosRange pos)
      : rows_(std::move(selection)), shift_(shift), lookback_(lookback), pos_(pos) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;

  SelectionRows rows_;
  Shift shift_;
  base::DurationMs lookback_;
  base::PosRange pos_;
};

}  // namespace tocsin::promql

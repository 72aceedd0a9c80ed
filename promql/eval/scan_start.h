// start_timestamp(selector): when the counting behind the newest sample of each series began.
#pragma once

#include <memory>

#include "promql/eval/scan_instant.h"

namespace tocsin::promql {

/// In seconds; 0 where nobody told. Names are not dropped here.
/// Source: prometheus:promql/functions.go funcStartTimestamp.
class ScanStart final : public Operator {
 public:
  ScanStart(std::shared_ptr<base::Selection> selection, Shift shift, base::DurationMs lookback)
      : rows_(std::move(selection)), shift_(shift), lookback_(lookback) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;

  SelectionRows rows_;
  Shift shift_;
  base::DurationMs lookback_;
};

/// start_timestamp() of anything but a selector, or where starts are not used: nothing. The
/// argument is evaluated all the same, for its errors and annotations.
class NoStartTimestamp final : public Operator {
 public:
  explicit NoStartTimestamp(OperatorPtr child) : child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;

  OperatorPtr child_;
};

}  // namespace tocsin::promql

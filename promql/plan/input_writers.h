// Whose samples a query reads.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/series_source.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// The writers (RowSet::writers) of the series that the selectors of an expression match. Holds
/// selections of its own: sources share them with the plan's. Used by one thread at a time.
class InputWriters {
 public:
  static base::Result<InputWriters> of(const Expr& expr, base::SeriesSource& source);

  /// Puts the writers, ascending, into `writers`; false, leaving it, when no row moved since the
  /// last call.
  bool refresh(std::vector<uint32_t>& writers);

 private:
  struct Input {
    std::shared_ptr<base::Selection> selection;
    std::shared_ptr<const base::RowSet> rows;  ///< When last asked.
  };
  std::vector<Input> inputs_;
};

}  // namespace tocsin::promql

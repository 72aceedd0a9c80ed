// Runs a query over a TableSource and prints what it found, one series a line.
#pragma once

#include <string>

#include "engine/base/clock.h"
#include "promql/eval/query.h"
#include "table_source.h"

namespace tocsin::promql::test {

/// Prepares `text`, or fails the way the engine does.
base::Result<std::unique_ptr<Query>> prepare(const std::string& text, base::SeriesSource& source,
                                             const EvalOptions& options = {});

/// The instant result at `t`: lines `{labels} value`, sorted unless `ordered`; "error: …" if it
/// fails; annotations as lines "warning: …" and "info: …" at the end.
std::string instant(const std::string& text, base::SeriesSource& source, base::TimestampMs t,
                    const EvalOptions& options = {}, bool ordered = false);

/// The range result: lines `{labels} v@t v@t …`.
std::string range(const std::string& text, base::SeriesSource& source, const EvalRange& range,
                  const EvalOptions& options = {});

const base::Clock& system_clock();

}  // namespace tocsin::promql::test

// When the info series of info(v) are looked up: at the time of the first selector in v.
#pragma once

#include "promql/eval/scan_instant.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// The offset and @ of the first selector in `expr`; those of the subqueries around it add to its
/// own until an @ fixes the time. Requires resolved @ modifiers.
/// Source: prometheus:promql/info.go infoSelectTimestampAndOffset.
Shift info_time(const Expr& expr);

}  // namespace tocsin::promql

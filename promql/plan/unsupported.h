// What this version parses but does not evaluate yet: refused before anything runs.
#pragma once

#include <string_view>

#include "engine/base/status.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// kUnsupported for the first such part, by name, with its line and column in `text`.
base::Status refuse_unsupported(Expr& expr, std::string_view text);

}  // namespace tocsin::promql

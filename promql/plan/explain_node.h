// Expression and observations → the nodes of an explanation.
#pragma once

#include "promql/plan/explain_parts.h"

namespace tocsin::promql {

/// The node of `expr`, a part of the plan that was watched, with all below it. Fails when reading
/// storage does.
base::Result<ExplainNode> explain_node(const Expr& expr, const ExplainInput& input);

}  // namespace tocsin::promql

// One eval command, run in all its forms.
#pragma once

#include <string>

#include "promql/script/commands.h"

namespace tocsin::promql {

/// Where and how evals run.
struct EvalContext {
  base::SeriesSource& source;
  const EvalOptions& options;
  const base::Clock& clock;
};

struct EvalVerdict {
  bool passed = true;
  std::string reason;  ///< Empty when it passed.
};

/// Runs the query as written. An instant one then runs pinned with @ at other times, and each time
/// again as the middle step of a range.
EvalVerdict run_eval(const EvalCommand& command, const EvalContext& context);

}  // namespace tocsin::promql

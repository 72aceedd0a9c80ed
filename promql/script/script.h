// The promqltest language: load series, evaluate, compare. The door of promql/script.
// Language: prometheus promql/promqltest/README.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "promql/eval/query.h"

namespace tocsin::promql {

enum class CaseOutcome : uint8_t { kPassed, kFailed };
/// "passed", "failed".
std::string_view to_string(CaseOutcome outcome);

/// What became of one eval, or of a load that could not be carried out.
struct CaseReport {
  uint32_t line = 0;
  std::string text;  ///< The expression, or "load".
  CaseOutcome outcome = CaseOutcome::kPassed;
  std::string reason;  ///< What differs; empty when it passed.
};

struct ScriptReport {
  std::string path;  ///< As given; empty for a text.
  std::vector<CaseReport> cases;
  size_t count(CaseOutcome outcome) const;
  bool passed() const { return count(CaseOutcome::kPassed) == cases.size(); }
};

/// How scripts run; by default as upstream's runner does: all features of the language that do not
/// change results, delayed name removal, subqueries by the minute, 10000 samples.
struct ScriptOptions {
  EvalOptions eval = upstream_options();
  static EvalOptions upstream_options();
};

/// Runs a script against a store of its own. Fails, with the line, only when the script itself is
/// wrong; an eval that goes wrong is a failed case, and the script goes on.
base::Result<ScriptReport> run_script(std::string_view text, const ScriptOptions& options,
                                      const base::Clock& clock);
/// As run_script, from a file of at most 64 MiB. Errors carry its path.
base::Result<ScriptReport> run_script_file(const std::string& path, const ScriptOptions& options,
                                           const base::Clock& clock);

}  // namespace tocsin::promql
